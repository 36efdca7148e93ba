import { afterAll } from '@jest/globals';
import { closeChromium } from './browser.js';
import './filings.js';
import './files.js';
import './inspections.js';

afterAll(closeChromium);
