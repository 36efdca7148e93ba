import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
import './inspections.js';
import './filings.js';
import './files.js';

afterAll(closeConsole);
