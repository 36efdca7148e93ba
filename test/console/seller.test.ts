import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
// Two files for jest's two workers: what a browser test costs most is starting the gateway, which a file does once for all its suites.
import './firstSteps.js';
import './work.js';
import './queue.js';
import './files.js';
import './pages.js';
// Last: it ends the server.
import './care.js';

afterAll(closeConsole);
