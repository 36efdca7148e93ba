import { afterAll } from '@jest/globals';
import { closeConsole } from './browser.js';
import './firstSteps.js';
import './work.js';
import './queue.js';

afterAll(closeConsole);
