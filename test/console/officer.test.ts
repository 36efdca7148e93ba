import { afterAll } from '@jest/globals';
import { closeChromium } from './browser.js';
// One file for jest: what a browser test costs most is loading the gateway, which a file does once for all its suites.
import './awards.js';
import './figures.js';
import './registers.js';
import './manage.js';

afterAll(closeChromium);
