import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
import './firstSteps.js';
import './work.js';
import './queue.js';
import './pages.js';
// Last: it ends the server.
import './care.js';

afterAll(closeConsole);
