import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
// First: nobody else has declared yet.
import './figures.js';
import './awards.js';
import './registers.js';
import './inspections.js';
import './filings.js';
// Last: it changes the operator's password.
import './manage.js';

afterAll(closeConsole);
