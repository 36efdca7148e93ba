import { Dec } from '../../src/base/decimal.js';
import type { Filings } from './data.js';
import { amountOf, reached, type Entry } from './entry.js';
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
      xml: billXml(list, data.filings),
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

function billXml(list: Entry, filings: Filings): Push['xml'] {
  const { fields, numbers } = list;
  const lines = taxLines(list, filings);
  const formula = lines.reduce((sum, line) => sum.plus(line.vat), new Dec(0));
  const vat = list.taxDiffers ? formula.plus(filings.tax.difference) : formula;
  return (p, guid, returnTime) => {
    const head = {
      ...{ guid, returnTime, invtNo: numbers.invtNo, taxNo: numbers.taxNo },
      ...taxes(vat),
      ...{ status: '1', assureCode: fields.assureCode, ebcCode: fields.ebcCode },
      ...{
        logisticsCode: fields.logisticsCode,
        agentCode: fields.agentCode,
        customsCode: fields.customsCode,
      },
    };
    const rows = lines.map(({ gnum, gcode, taxPrice, vat }) =>
      element(p, 'TaxListRd', {
        ...{ gnum, gcode, taxPrice: taxPrice.toFixed(2) },
        ...taxes(vat),
      }),
    );
    return `<${p}Tax>${element(p, 'TaxHeadRd', head)}${rows.join('')}</${p}Tax>`;
  };
}

/** No duty and no consumption tax in the formula. */
const taxes = (vat: Dec) => ({ customsTax: '0.00', valueAddedTax: vat.toFixed(2), consumptionTax: '0.00' });

interface TaxLine {
  gnum: string | undefined;
  gcode: string | undefined;
  taxPrice: Dec;
  vat: Dec;
}

/**
 * The stated formula for each line: (total price + its share of freight and insurance) × VAT rate × share of the tax
 * that is levied, to the cent. Above the limit of a single purchase, which only a single article may exceed, all of it
 * is levied. The last line takes what is left of freight and insurance.
 */
function taxLines({ fields, lines }: Entry, { tax, limits }: Filings): TaxLine[] {
  const goods = lines.reduce((sum, line) => sum.plus(amountOf(line.totalPrice)), new Dec(0));
  const extra = amountOf(fields.freight).plus(amountOf(fields.insuredFee));
  const { vatRate, share, fullShare } = tax;
  const reduced = goods.plus(extra).lte(limits.single);
  const levied = reduced ? share : fullShare;
  let left = extra;
  return lines.map(({ gnum, gcode, totalPrice }, i) => {
    const value = amountOf(totalPrice);
    const isLast = i === lines.length - 1;
    const part = isLast ? left : goods.isZero() ? goods : extra.times(value).div(goods).toDecimalPlaces(2);
    left = left.minus(part);
    const taxPrice = value.plus(part);
    return { gnum, gcode, taxPrice, vat: taxPrice.times(vatRate).times(levied).toDecimalPlaces(2) };
  });
}

function statusXml({ numbers: { invtNo, taxNo } }: Entry, status: '2' | '3'): Push['xml'] {
  return (p, guid, returnTime) =>
    `<${p}Tax>${element(p, 'TaxHeadStatus', { guid, returnTime, invtNo, taxNo, status })}</${p}Tax>`;
}

const withdrawnUnreleased = (list: Entry): number | undefined =>
  list.withdrawnAt === undefined || reached(list, '800', new Date(list.withdrawnAt))
    ? undefined
    : list.withdrawnAt;
