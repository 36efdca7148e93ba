import { stringify } from 'csv-stringify/sync';
import type { z } from 'zod';
import { monthAfter } from '../src/figures/dimensions.js';
import type { figuresSchema, historyTakenSchema } from '../src/views/figures/shapes.js';
import type { Client } from '../test/support/client.js';
import { company, randomFrom, sellers, platforms, type Company } from '../test/support/companies.js';

type Taken = z.output<typeof historyTakenSchema>;
type Figures = z.output<typeof figuresSchema>;

/** An enterprise of the demo's past: its yearly exports in USD, how they grew, and where it stands. */
interface Past {
  of: Company;
  usd: number;
  growth: number;
  regimes: readonly string[];
  countries: readonly string[];
  district: string;
  park?: string;
  /** Moved into its district in this month of this year. */
  moved?: string;
}

const SOURCE = '示例：由海关统计数据整理的清关明细（演示数据，不是真实数据）';
const QIANJIANG = '黔江区';
const at = (n: number): Company => sellers[n] ?? company(900 + n, '');
const PAST: readonly Past[] = [
  {
    of: at(0),
    usd: 2_300_000,
    growth: 0.24,
    regimes: ['9610', '9710'],
    countries: ['502', '305', '303'],
    district: QIANJIANG,
    park: '正阳工业园区',
  },
  {
    of: at(1),
    usd: 1_450_000,
    growth: 0.41,
    regimes: ['9610', '9810'],
    countries: ['502', '116', '132'],
    district: QIANJIANG,
  },
  {
    of: at(2),
    usd: 1_080_000,
    growth: 0.12,
    regimes: ['9710', '9610'],
    countries: ['304', '601', '136'],
    district: QIANJIANG,
    park: '正阳工业园区',
  },
  {
    of: at(3),
    usd: 940_000,
    growth: 0.08,
    regimes: ['9610'],
    countries: ['133', '116', '501'],
    district: QIANJIANG,
  },
  {
    of: at(4),
    usd: 520_000,
    growth: -0.12,
    regimes: ['9610', '9710'],
    countries: ['502', '344'],
    district: '渝北区',
    park: '两江新区',
  },
  {
    of: at(5),
    usd: 310_000,
    growth: 0.65,
    regimes: ['9610'],
    countries: ['303', '304'],
    district: QIANJIANG,
    moved: '07',
  },
  {
    of: company(701, '黔江武陵山货电子商务有限公司'),
    usd: 1_720_000,
    growth: 0.18,
    regimes: ['9710', '9810'],
    countries: ['502', '132', '133'],
    district: QIANJIANG,
    park: '正阳工业园区',
  },
  {
    of: company(702, '重庆濯水古镇文创贸易有限公司'),
    usd: 85_000,
    growth: 0.3,
    regimes: ['9610'],
    countries: ['116'],
    district: QIANJIANG,
  },
  {
    of: company(703, '重庆沙坪坝国际班列电商有限公司'),
    usd: 2_900_000,
    growth: 0.05,
    regimes: ['1210', '9710'],
    countries: ['344', '304'],
    district: '沙坪坝区',
    park: '国际物流枢纽园区',
  },
];

/** Share of a year's exports that falls into each month: a low at Spring Festival, the peak before Christmas. */
const SEASON = [0.078, 0.051, 0.074, 0.077, 0.081, 0.087, 0.08, 0.083, 0.089, 0.094, 0.109, 0.097];
const CURRENCY: Readonly<Record<string, readonly [string, number]>> = {
  '116': ['JPY', 150],
  '133': ['KRW', 1400],
  '303': ['GBP', 0.8],
  '304': ['EUR', 0.9],
  '305': ['EUR', 0.9],
  '136': ['THB', 33],
};
const GOODS = [
  { gcode: '9503002100', unit: '007', price: 14.95 },
  { gcode: '8513109000', unit: '007', price: 18.8 },
  { gcode: '4202920000', unit: '007', price: 16.2 },
  { gcode: '6404199000', unit: '025', price: 22.5 },
  { gcode: '6214100090', unit: '015', price: 36 },
] as const;
const DOCUMENTS = 5;

type Row = Record<string, string>;

/** Two years of clearance data before this month, as files of an earlier system would bring them, and what must come of it. */
export interface PastYears {
  files: { name: string; rows: Row[] }[];
  turnover: Row[];
  facts: Row[];
  from: string;
  to: string;
  expected: { lines: number; returned: number; withdrawn: number };
}

/** The same for the same day: from January of last year to last month. */
export function pastYears(today: Date): PastYears {
  const random = randomFrom(20261122);
  const now = new Date(today.getTime() + 8 * 3_600_000).toISOString().slice(0, 7);
  const from = `${Number(now.slice(0, 4)) - 1}-01`;
  const to = monthAfter(now, -1);
  const rows: Row[] = [];
  const corrected: Row[] = [];
  const turnover: Row[] = [];
  const expected = { lines: 0, returned: 0, withdrawn: 0 };
  const whole = (a: number, b: number) => a + Math.floor(random() * (b - a + 1));
  let serial = 900_000_000;
  for (let month = from; month <= to; month = monthAfter(month))
    for (const past of PAST) {
      const years = Number(month.slice(0, 4)) - Number(from.slice(0, 4));
      const value =
        past.usd *
        (1 + past.growth) ** years *
        (SEASON[Number(month.slice(5)) - 1] ?? 0) *
        (0.92 + 0.16 * random());
      const parts = Array.from({ length: DOCUMENTS }, () => 0.5 + random());
      const weight = parts.reduce((a, b) => a + b, 0);
      let reported = 0;
      for (const part of parts) {
        const regime = past.regimes[random() < 0.68 ? 0 : past.regimes.length - 1] ?? '9610';
        const country = past.countries[whole(0, past.countries.length - 1)] ?? '502';
        const [currency, factor] = CURRENCY[country] ?? (['USD', 1] as const);
        const day = String(whole(2, 27)).padStart(2, '0');
        const documentNo = `8013${month.slice(0, 4)}E${serial++}`;
        const port = random() < 0.8 ? '8013' : '8012';
        const lines = whole(1, 3);
        for (let line = 1; line <= lines; line++) {
          const goods = GOODS[whole(0, GOODS.length - 1)] ?? GOODS[0];
          const usd = ((value * part) / weight / lines) * (0.9 + 0.2 * random());
          const qty = Math.max(1, Math.round(usd / goods.price));
          const amount = (qty * goods.price * factor).toFixed(
            currency === 'JPY' || currency === 'KRW' ? 0 : 2,
          );
          reported += qty * goods.price;
          const row: Row = {
            单证编号: documentNo,
            商品序号: String(line),
            事项: '结关',
            日期: `${month}-${day}`,
            申报日期: `${month}-${String(Number(day) - 1).padStart(2, '0')}`,
            统一社会信用代码: past.of.code,
            企业名称: past.of.name,
            监管方式: regime,
            进出口标志: '出口',
            平台代码: platforms[regime === '9710' ? 1 : 0]?.code ?? '',
            平台名称: platforms[regime === '9710' ? 1 : 0]?.name ?? '',
            销售渠道: regime === '9810' ? '海外仓' : random() < 0.2 ? '独立站' : '平台',
            最终目的国: country,
            口岸: port,
            运输方式: country === '344' ? '3' : '5',
            商品编码: goods.gcode,
            数量: String(qty),
            计量单位: goods.unit,
            币制: currency,
            金额: amount,
          };
          rows.push(row);
          expected.lines++;
          if (random() < 0.03 && month < monthAfter(to, -3)) {
            rows.push({
              ...row,
              事项: '退货',
              日期: `${monthAfter(month, whole(1, 3))}-15`,
              数量: String(Math.max(1, Math.floor(qty * 0.3))),
            });
            expected.returned++;
          } else if (random() < 0.01 && lines === 1) {
            rows.push({ ...row, 事项: '撤销', 日期: `${month}-28` });
            expected.withdrawn++;
          } else if (random() < 0.01)
            corrected.push({
              ...row,
              数量: String(qty + 1),
              金额: (Number(amount) * ((qty + 1) / qty)).toFixed(
                currency === 'JPY' || currency === 'KRW' ? 0 : 2,
              ),
            });
        }
      }
      // Platforms report orders, not clearances: mostly a little more, for one enterprise less.
      turnover.push({
        month,
        platformCode: platforms[0]?.code ?? '',
        platformName: platforms[0]?.name ?? '',
        enterprise: past.of.code,
        enterpriseName: past.of.name,
        currency: 'USD',
        amount: (reported * (past.of === at(4) ? 0.93 : 1.02 + 0.1 * random())).toFixed(2),
        source: '示例：平台月度交易报表（演示数据）',
        reportedAt: `${monthAfter(month)}-10`,
      });
    }
  const year = from.slice(0, 4);
  const fact = (past: Past, kind: string, subject: string, validFrom: string, more: Row = {}): Row => ({
    code: past.of.code,
    name: past.of.name,
    kind,
    subject,
    validFrom,
    source: '示例：区商务委备案表（演示数据）',
    ...more,
  });
  const facts = PAST.flatMap((past) => {
    const since = past.moved ? `${year}-${past.moved}-01` : `${Number(year) - 3}-03-01`;
    return [
      fact(past, '企业类型', '电商企业', `${Number(year) - 3}-03-01`),
      fact(past, '所在区县', past.district, since),
      ...(past.park ? [fact(past, '所在园区', past.park, since)] : []),
    ];
  });
  return {
    files: [
      { name: `清关明细-${from}至${to}.csv`, rows },
      { name: '清关明细-更正.csv', rows: corrected },
    ],
    turnover,
    facts,
    from,
    to,
    expected,
  };
}

/**
 * Hands the past in as a committee does: registry, files of clearance data (marked as imported wherever figures are
 * shown), turnover of platforms, and the closing of every month. Returns what came of it beside what must.
 */
export async function handInPast(officer: Client, past: PastYears): Promise<[string, number, number][]> {
  await officer.post('/v1/registry/facts', { facts: past.facts });
  const taken: Taken[] = [];
  for (const { name, rows } of past.files)
    taken.push(
      await officer.upload<Taken>(
        `/v1/figures/history?fileName=${encodeURIComponent(name)}&source=${encodeURIComponent(SOURCE)}`,
        Buffer.from(stringify(rows, { header: true })),
      ),
    );
  await officer.post('/v1/figures/turnover', { rows: past.turnover });
  const final = monthAfter(past.to, -1);
  for (let month = past.from; month <= past.to; month = monthAfter(month))
    await officer.post('/v1/figures/closings', {
      month,
      status: month <= final ? 'final' : 'preliminary',
      note: month <= final ? '数据核对完毕' : '月度快报',
    });
  const { sum } = await officer.get<Figures>(`/v1/figures?from=${past.from}&to=${past.to}&by=year`);
  const { expected, files } = past;
  return [
    [
      '历史数据行 / historical rows',
      taken.reduce((n, t) => n + t.added, 0),
      files.reduce((n, f) => n + f.rows.length, 0),
    ],
    ['历史计入商品行 / historical lines counted', sum.gross.lines, expected.lines],
    ['历史退货 / historical returns', sum.returned.lines, expected.returned],
    ['历史撤销 / historical withdrawals', sum.withdrawn.lines, expected.withdrawn],
  ];
}
