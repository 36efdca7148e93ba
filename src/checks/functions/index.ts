import { defineCheck, type CheckFunction } from '../check.js';
import * as amounts from './amounts.js';
import * as dates from './dates.js';
import * as enterprises from './enterprises.js';
import * as goods from './goods.js';
import * as goodsTables from './goodsTables.js';
import * as inspection from './inspection.js';
import * as parties from './parties.js';
import * as regime from './regime.js';
import * as transport from './transport.js';

/** Rules that only the store can judge, such as a number used before; it raises them with `ruleFault`. */
const store = defineCheck({}, () => () => undefined);

/** The fixed list: every name a rule may give in `check.use`. */
export const checkFunctions: Readonly<Record<string, CheckFunction>> = {
  ...amounts,
  ...dates,
  ...enterprises,
  ...goods,
  ...goodsTables,
  ...inspection,
  ...parties,
  ...regime,
  ...transport,
  store,
};
