import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
// One file for jest: what a browser test costs most is loading the gateway, which a file does once for all its suites.
import './figures.js';
import './awards.js';
import './registers.js';
// Last: it changes the operator's password.
import './manage.js';

afterAll(closeConsole);
