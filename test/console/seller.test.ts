import { afterAll } from '@jest/globals';
import { closeChromium } from './browser.js';
import './firstSteps.js';
import './queue.js';
import './work.js';
import './care.js';
import './pages.js';

afterAll(closeChromium);
