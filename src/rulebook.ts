import { join } from 'node:path';
import { loadPolicies, type PolicyBook } from './awards/book.js';
import { loadIndicators, type IndicatorPlan } from './awards/indicators.js';
import type { Clock } from './base/clock.js';
import { decSignOf } from './base/config.js';
import { mappingPath } from './base/root.js';
import { loadCertificateBook, type CertificateBook } from './certificates/book.js';
import { createChecker, type Checker } from './checks/checkOrder.js';
import { loadGoodsTables, type GoodsTables } from './checks/goodsTables.js';
import { loadRules } from './checks/rules.js';
import { loadTax, type TaxTables } from './checks/tax.js';
import { loadWays, type Way } from './checks/ways.js';
import { StatusBook } from './clearance/statuses.js';
import { loadNumbers, type NumberRule } from './declarations/numbers.js';
import { rateFile } from './figures/rateImport.js';
import { loadRates, type Rates } from './figures/rates.js';
import { loadCountingRule, loadCountryGroups, type CountingRule, type CountryGroup } from './figures/rule.js';
import { loadFilingKinds, loadWords, type FilingKinds, type Words } from './filings/kinds.js';
import { loadPushedKinds, type PushedKind } from './filings/pushedKinds.js';
import { loadInspectionRule, type InspectionRule } from './inspections/rule.js';
import { loadGoodsFields, type GoodsFields } from './goods/item.js';
import { loadCatalogue, type Catalogue } from './messages/catalogue.js';
import { MessageEditions, type Messages } from './messages/compile.js';
import { cebFamily } from './messages/families/ceb.js';
import { ciqFamily } from './messages/families/ciq.js';
import { cooFamily } from './messages/families/coo.js';
import { cooFileFamily } from './messages/families/cooFile.js';
import { decFamily, type SignedText } from './messages/families/dec.js';
import { Families } from './messages/families/families.js';
import type { Family } from './messages/families/family.js';
import { loadStatusTable } from './messages/families/statusTable.js';
import { formAsMessage, MessagesAndForms } from './messages/forms/formMessages.js';
import { loadColumnNames } from './orders/columns/names.js';
import { loadProfiles } from './orders/columns/profile.js';
import { loadFields, verifyFields, type FieldDictionary } from './orders/fields.js';
import { loadExchangeFields, type ExchangeFields } from './views/figures/exchange.js';
import type { ReadOptions } from './orders/read/readOrders.js';
import { isInspected } from './orders/inspected.js';
import { loadRegimes, verifyRegimes, type Regimes } from './orders/regimes.js';
import { loadRegistryKinds, type RegistryKinds } from './registry/kinds.js';
import { loadSheet, type Sheet } from './sheets/sheet.js';
import { loadDefaultFields, type DefaultFields } from './sellers/defaults.js';
import { loadRebateTerms, type RebateTerm } from './warehouses/rebate.js';

/** Tables that people fill in, of `mappings/sheets`. */
export type SheetName =
  'registry' | 'warehouses' | 'warehouseFacts' | 'movements' | 'settlements' | 'taxRecords' | 'history';

/** Everything `mappings/` says, read, checked and compiled once; needs no database. */
export interface Rulebook {
  catalogue: Catalogue;
  /** Every message we send, in all editions; the one in force is that of the clock. */
  messages: Messages;
  regimes: Regimes;
  rates: Rates;
  countingRule: CountingRule;
  countryGroups: readonly CountryGroup[];
  /** The format in which figures are handed to the city's platform. */
  exchangeFields: ExchangeFields;
  families: Families;
  statuses: StatusBook;
  checker: Checker;
  goods: GoodsTables;
  /** Goods declarations that stand in where a list will not do. */
  ways: readonly Way[];
  fields: FieldDictionary;
  filingKinds: FilingKinds;
  words: Words;
  pushedKinds: ReadonlyMap<string, PushedKind>;
  tax: TaxTables;
  goodsFields: GoodsFields;
  defaultFields: DefaultFields;
  policies: PolicyBook;
  /** The indicators that plans set. */
  indicators: readonly IndicatorPlan[];
  numbers: readonly NumberRule[];
  /** What opens and ends an inspection task. */
  inspections: InspectionRule;
  /** Which certificate of origin for which destination, and what it must say. */
  certificates: CertificateBook;
  /** Facts the registry of enterprises keeps. */
  registryKinds: RegistryKinds;
  /** Until when rebates of goods in overseas warehouses are settled. */
  rebateTerms: readonly RebateTerm[];
  /** Tables that people fill in, by name. */
  sheets: Record<SheetName, Sheet>;
  readOptions: Omit<ReadOptions, 'format' | 'fromCheckpoint'>;
}

/** Reads all mappings, and the official tables imported into a folder; `more` are families beside CEB; messages, codes and regimes are those of `dir`. Throws, naming every file and place, when one of them is wrong: the gateway then does not start. */
export function loadRulebook(
  clock: Clock,
  imported?: string,
  more: readonly Family[] = [],
  dir = mappingPath(),
): Rulebook {
  const catalogue = loadCatalogue(dir, clock);
  const regimes = loadRegimes(join(dir, 'regimes'));
  const rates = loadRates(rateFile(imported));
  const goods = loadGoodsTables(imported);
  const fields = loadFields();
  verifyFields(fields, catalogue.codes);
  verifyRegimes(regimes, catalogue);
  const editions = new MessageEditions(catalogue, clock);
  const filingKinds = loadFilingKinds(catalogue);
  const families = new Families([
    cebFamily({ catalogue, messages: editions, givenField: (type) => filingKinds.get(type)?.given }),
    ...formFamilies(catalogue.forms, dir, decSignOf(process.env)),
    ...more,
  ]);
  const messages = new MessagesAndForms(
    editions,
    catalogue.forms.flatMap((form) => {
      const family = families.of(form.mapping.message);
      return family ? [formAsMessage(form, family)] : [];
    }),
  );
  return {
    catalogue,
    messages,
    families,
    regimes,
    rates,
    countingRule: loadCountingRule(),
    countryGroups: loadCountryGroups(),
    exchangeFields: loadExchangeFields(),
    statuses: new StatusBook(families),
    goods,
    ways: loadWays(),
    checker: createChecker({ rules: loadRules(), regimes, rates, goods, clock, catalogue, fields }),
    fields,
    filingKinds,
    words: loadWords(),
    pushedKinds: loadPushedKinds(),
    tax: loadTax(),
    goodsFields: loadGoodsFields(catalogue.codes),
    defaultFields: loadDefaultFields(fields),
    policies: loadPolicies(),
    indicators: loadIndicators(),
    numbers: loadNumbers(),
    inspections: loadInspectionRule(),
    certificates: loadCertificateBook(catalogue.codes),
    registryKinds: loadRegistryKinds(),
    rebateTerms: loadRebateTerms(),
    sheets: {
      registry: loadSheet('registry'),
      warehouses: loadSheet('warehouses'),
      warehouseFacts: loadSheet('warehouse-facts'),
      movements: loadSheet('movements'),
      settlements: loadSheet('settlements'),
      taxRecords: loadSheet('tax-records'),
      history: loadSheet('history'),
    },
    readOptions: {
      fields,
      codes: catalogue.codes,
      regimes,
      columns: loadColumnNames(fields, catalogue.codes),
      shipped: loadProfiles(fields),
    },
  };
}

/** The families of goods declarations, inspection applications and certificates of origin, as far as the mappings have their forms. */
function formFamilies(forms: Catalogue['forms'], dir: string, signs?: SignedText): Family[] {
  return forms.flatMap((form) => {
    const { family, edition, document } = form.mapping;
    const statuses = loadStatusTable(join(dir, `${family}-${edition}`, 'statuses.json'));
    if (document === 'declaration') return [decFamily({ form, statuses, isInspected, signs })];
    if (document === 'application') return [ciqFamily({ form, statuses })];
    if (document === 'certificate') return [cooFamily({ form, statuses })];
    return document === 'certificate-attachment' ? [cooFileFamily({ form, statuses })] : [];
  });
}
