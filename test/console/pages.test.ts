import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
import './pages.js';
// Last: it ends the server.
import './care.js';

afterAll(closeConsole);
