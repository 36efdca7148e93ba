import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
import './pages.js';

afterAll(closeConsole);
