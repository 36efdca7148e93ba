import { createChecker, type Checker, type CheckerParts } from '../../src/checks/checkOrder.js';
import { loadFields } from '../../src/orders/fields.js';
import { loadRegimes } from '../../src/orders/regimes.js';
import { loadRules } from '../../src/checks/rules.js';
import { loadRates } from '../../src/figures/rates.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { noon } from './fixtures.js';

/** The mappings the product ships. */
export const catalogue = loadCatalogue();

/** The parts the product ships, with the clock at noon of the test day. */
export const parts: CheckerParts = {
  rules: loadRules(),
  regimes: loadRegimes(),
  rates: loadRates(),
  clock: { now: () => noon },
  catalogue,
  fields: loadFields(),
};

/** A checker of the shipped rules, with some of its parts replaced. */
export const checkerWith = (changes: Partial<CheckerParts> = {}): Checker =>
  createChecker({ ...parts, ...changes });
