import { createChecker, type Checker, type CheckerParts } from '../../src/checks/checkOrder.js';
import { loadFields } from '../../src/orders/fields.js';
import { loadRegimes } from '../../src/orders/regimes.js';
import { loadRules } from '../../src/checks/rules.js';
import { loadGoodsTables, Tariff, type GoodsTables } from '../../src/checks/goodsTables.js';
import { loadRates } from '../../src/figures/rates.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { noon } from './fixtures.js';

/** The mappings the product ships. */
export const catalogue = loadCatalogue();

const line = (code: string, unit1: string, unit2?: string, conditions = '', exportDuty?: string) => ({
  code,
  name: code,
  unit1,
  ...(unit2 === undefined ? {} : { unit2 }),
  conditions,
  inspection: '',
  ...(exportDuty === undefined ? {} : { exportDuty }),
});

const fixtureTariff = new Tariff({
  kind: 'official',
  title: { zh: '测试编码表', en: 'test table' },
  lines: [
    line('9503002100', '007', '035'),
    line('9503006000', '006', '035'),
    line('0902109000', '035'),
    line('1901101010', '035'),
    line('2204210000', '095', '035'),
    line('9302000000', '007', '035'),
    line('0507100010', '007', '035'),
    line('3915100000', '007', '035'),
    line('2844100010', '007', '035'),
    line('8806229090', '007', '035'),
    line('9504301000', '007', '035', '3'),
    line('9705100090', '007', '035', 'B'),
    line('7204100000', '007', '035', '', '40'),
    line('7204210000', '007', '035', '', '0'),
  ],
});

/**
 * Goods codes, positive list and zones for the tests of the rules: an official table of the codes that the valid orders
 * have, with the units they give.
 */
export const goods: GoodsTables = {
  ...loadGoodsTables(),
  tariffOn: () => fixtureTariff,
  positiveOn: () => ({ codes: ['1901', '2204'], sample: undefined }),
};

/** The parts the product ships, but for the goods tables, with the clock at noon of the test day. */
export const parts: CheckerParts = {
  rules: loadRules(),
  regimes: loadRegimes(),
  rates: loadRates(),
  goods,
  clock: { now: () => noon },
  catalogue,
  fields: loadFields(),
};

/** A checker of the shipped rules, with some of its parts replaced. */
export const checkerWith = (changes: Partial<CheckerParts> = {}): Checker =>
  createChecker({ ...parts, ...changes });
