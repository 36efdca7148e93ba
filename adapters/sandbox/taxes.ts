import { Dec } from '../../src/base/decimal.js';
import type { Filings } from './data.js';
import { amountOf, reached, type Entry } from './entry.js';
import type { Fields } from './kinds.js';
import type { Desk, Push } from './rules.js';
import { element } from './xml.js';

/**
 * 电子税单 of a released list, and later the news that it is summed up (已汇总). A list withdrawn before its release gets
 * neither; the second one is not sent once the bill is void.
 */
export function taxBill({ data }: Desk, [list]: readonly Entry[]): Push[] {
  if (!list?.statuses.includes('800')) return [];
  const { tax } = data.filings;
  return [
    {
      root: 'CEB816Message',
      afterMs: tax.billAfterMs,
      xml: billXml(list, tax),
      until: () => withdrawnUnreleased(list),
    },
    {
      root: 'CEB818Message',
      afterMs: tax.summedAfterMs,
      xml: statusXml(list, '2'),
      until: () => list.taxVoidedAt ?? withdrawnUnreleased(list),
    },
  ];
}

/** The news that the bill of a withdrawn or returned list is void; none when there is no bill or it is void already. */
export function voidedTaxBill({ data, at }: Desk, [application]: readonly Entry[]): Push[] {
  const list = application?.refs[0];
  if (!list || list.taxVoidedAt !== undefined || !reached(list, '800', at)) return [];
  list.taxVoidedAt = at.getTime();
  return [{ root: 'CEB818Message', afterMs: data.filings.tax.voidedAfterMs, xml: statusXml(list, '3') }];
}

function billXml(list: Entry, tax: Filings['tax']): Push['xml'] {
  const { fields, numbers } = list;
  const lines = list.lines.map((line) => ({ line, vat: vatOf(line, tax) }));
  const formula = lines.reduce((sum, line) => sum.plus(line.vat), new Dec(0));
  const vat = list.taxDiffers ? formula.plus(tax.difference) : formula;
  return (p, guid, returnTime) => {
    const head = {
      ...{ guid, returnTime, invtNo: numbers.invtNo, taxNo: numbers.taxNo },
      ...{ customsTax: '0', valueAddedTax: vat.toString(), consumptionTax: '0', status: '1' },
      ...{ assureCode: fields.assureCode, ebcCode: fields.ebcCode, logisticsCode: fields.logisticsCode },
      ...{ agentCode: fields.agentCode, customsCode: fields.customsCode },
    };
    const rows = lines.map(({ line: { gnum, gcode, totalPrice: taxPrice }, vat: valueAddedTax }) =>
      element(p, 'TaxListRd', {
        ...{ gnum, gcode, taxPrice, customsTax: '0' },
        ...{ valueAddedTax: valueAddedTax.toString(), consumptionTax: '0' },
      }),
    );
    return `<${p}Tax>${element(p, 'TaxHeadRd', head)}${rows.join('')}</${p}Tax>`;
  };
}

/** The stated formula: total price × VAT rate × share, to the cent. */
const vatOf = ({ totalPrice = '0' }: Fields, { vatRate, share }: Filings['tax']): Dec =>
  amountOf(totalPrice).times(vatRate).times(share).toDecimalPlaces(2);

function statusXml({ numbers: { invtNo, taxNo } }: Entry, status: '2' | '3'): Push['xml'] {
  return (p, guid, returnTime) =>
    `<${p}Tax>${element(p, 'TaxHeadStatus', { guid, returnTime, invtNo, taxNo, status })}</${p}Tax>`;
}

const withdrawnUnreleased = (list: Entry): number | undefined =>
  list.withdrawnAt === undefined || reached(list, '800', new Date(list.withdrawnAt))
    ? undefined
    : list.withdrawnAt;
