import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../../src/base/root.js';
import { loadCoachBook, loadSandboxEntries } from '../../src/coach/book.js';
import { Coach, coachShort, withoutValues } from '../../src/coach/coach.js';
import { loadFields } from '../../src/orders/fields.js';

const coach = new Coach();
const book = loadCoachBook();
/** As a gateway has it that speaks with the sandbox. */
const both = new Coach({ ...book, customs: new Map([...loadSandboxEntries(), ...book.customs]) });
const entries = [
  ...book.customs.values(),
  ...book.platform.values(),
  ...book.business.values(),
  ...book.statuses.values(),
  ...book.ranges,
  ...[...book.forms.values()].flat(),
];

describe('every entry of the tables', () => {
  test('says cause and remedy in both languages and concerns fields that exist', () => {
    const { byPath } = loadFields();
    for (const entry of entries) {
      for (const text of [entry.text, entry.cause, entry.remedy]) {
        expect(text.zh).toMatch(/\p{Script=Han}/u);
        expect(text.en).not.toMatch(/\p{Script=Han}/u);
      }
      expect(entry.fields.filter((path) => !byPath.has(path))).toEqual([]);
    }
  });

  test('is found by its own code', () => {
    for (const code of book.business.keys())
      expect(coach.explain({ receiptType: 'CEB622Message', status: code })).toMatchObject({
        code,
        by: 'code',
        known: true,
      });
    for (const code of book.platform.keys())
      expect(coach.explain({ receiptType: 'CEB900Message', status: code })).toMatchObject({
        code,
        by: 'code',
        known: true,
      });
    for (const code of book.customs.keys())
      expect(coach.explain({ receiptType: 'CEB604Message', status: '100', infoCode: code })).toMatchObject({
        code,
        by: 'code',
        known: true,
      });
    for (const { from, to, receipt = 'CEB304Message' } of book.ranges)
      for (const status of [from, to, Math.round((from + to) / 2)])
        expect(coach.explain({ receiptType: receipt, status: String(status) })).toMatchObject({
          by: 'range',
          known: true,
        });
  });

  test('covers the official table without a gap: 15 codes of the platform, 159 of the business table, 37 ranges', () => {
    expect([book.platform.size, book.business.size, book.ranges.length]).toEqual([15, 159, 37]);
  });
});

test('ranges of one receipt never overlap', () => {
  for (const a of book.ranges)
    for (const b of book.ranges)
      if (a !== b && a.receipt === b.receipt) expect(a.to > b.from || b.to > a.from).toBe(true);
});

describe('a code that two numberings share', () => {
  test('is read by the flow of its receipt, and the explanation says so', () => {
    const exported = coach.explain({ receiptType: 'CEB304Message', status: '-301010' });
    expect(exported).toMatchObject({ by: 'range', title: { zh: '订单签名校验失败' }, action: 'resubmit' });
    expect(exported.note?.zh).toContain('已存在相同编号的订单');
    const imported = coach.explain({ receiptType: 'CEB312Message', status: '-301010' });
    expect(imported).toMatchObject({ by: 'code', title: { zh: '已存在相同编号的订单' }, note: null });
  });

  test('is read by its words when they are those of the other table', () => {
    const worded = coach.explain({
      receiptType: 'CEB304Message',
      status: '-301010',
      info: '已存在相同编号的订单',
    });
    expect(worded).toMatchObject({ by: 'code', title: { zh: '已存在相同编号的订单' }, note: null });
  });
});

describe('the words of a receipt', () => {
  test('give the cause that the number alone does not', () => {
    const said = { receiptType: 'CEB304Message', status: '-303001', info: '已存在相同编号的订单' };
    expect(coach.explain(said)).toMatchObject({
      code: '-303001',
      by: 'text',
      action: 'correct',
      fields: ['orderNo', 'platform.code'],
    });
    expect(coach.explain({ ...said, info: '' })).toMatchObject({
      by: 'range',
      title: { zh: '订单业务校验失败' },
    });
  });

  test('show what the port filled in, with and without brackets', () => {
    const status = '-621018';
    const info = '清单[SW1]中购买人[张某]已用购买额度为[25000]，本次购买将超过年度限额[26000]';
    const explained = coach.explain({ receiptType: 'CEB622Message', status, info });
    expect(explained.values).toEqual(['SW1', '张某', '25000', '26000']);
    expect(explained.title.zh).toBe(info);
    expect(
      coach.explain({
        receiptType: 'CEB622Message',
        status: '-621004',
        info: '清单SW1已经申报过，请勿重复申报',
      }).values,
    ).toEqual(['SW1']);
  });

  test('never show a person in the short form or in a group', () => {
    const info = '清单[SW1]中购买人[张某]已用购买额度为[25000]，本次购买将超过年度限额[26000]';
    const said = { receiptType: 'CEB622Message', status: '-621018', info };
    expect(JSON.stringify(coachShort(said))).not.toContain('张某');
    expect(JSON.stringify(withoutValues(coach.explain(said)))).not.toContain('张某');
  });
});

describe('receipts of goods declarations, inspection and certificates', () => {
  /** Receipts by the document they answer, and the table of their codes. */
  const tables = {
    DecMessage: 'dec-201808',
    EEntDeclIo: 'ciq-202601',
    Certificate: 'coo-2022',
    File: 'coofile-2022',
    CEB604Message: 'ceb-202205',
  };

  test.each(Object.entries(tables))('every code of %s is explained', (receiptType, folder) => {
    const { statuses } = z
      .object({ statuses: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(readFileSync(mappingPath(folder, 'statuses.json'), 'utf8')));
    const codes = Object.keys(statuses);
    expect(codes.length).toBeGreaterThan(2);
    expect(codes.filter((status) => !coach.explain({ receiptType, status }).known)).toEqual([]);
  });

  test('what went well asks nothing, what came back says why and what to do', () => {
    const short = (receiptType: string, status: string, info = '') =>
      coachShort({ receiptType, status, info });
    for (const [receiptType, status] of [
      ['DEC_RESULT', 'P'],
      ['DEC_RESULT', 'R'],
      ['DecMessage', 'response:0'],
      ['Ciqresult', '1300+'],
      ['Receipt', 'rep:5'],
    ] as const)
      expect([status, short(receiptType, status)]).toEqual([status, null]);
    expect(short('DEC_RESULT', 'Z')).toMatchObject({ code: 'Z', known: true, action: 'correct' });
    expect(short('DEC_RESULT', 'E', '海关退单：商品规格型号申报不完整')?.fields).toContain('lines[].gmodel');
    expect(short('DEC_RESULT', 'E', '海关退单：电子底账数据号不存在')?.cause.zh).toContain('电子底账');
    expect(short('Ciqresult', '1100-', '退回：生产批号与厂检单不符')?.fields).toEqual(['lines[].lotNo']);
    expect(short('Failed', 'response:E001')).toMatchObject({ known: true, action: 'correct' });
  });

  test('a code of theirs is never read by the table of the lists, nor the other way round', () => {
    expect(coach.explain({ receiptType: 'DEC_RESULT', status: '100' })).toMatchObject({
      known: false,
      title: { en: 'Unknown status' },
    });
    expect(coach.explain({ receiptType: 'CEB604Message', status: 'Z' }).known).toBe(false);
  });
});

describe('a code nobody knows', () => {
  test.each([
    [{ receiptType: 'CEB604Message', status: '-777777', info: '没见过的错误' }, 'Processing error'],
    [
      { receiptType: 'CEB604Message', status: '100', infoCode: '9999', info: '[Code:9999;Desc:没见过]' },
      'Refused by customs',
    ],
    [{ receiptType: 'CEB604Message', status: '444' }, 'Unknown status'],
  ])('is explained by its status and marked as unknown: %j', (said, title) => {
    expect(coach.explain(said)).toMatchObject({ by: 'status', known: false, title: { en: title } });
  });

  test('is not the plain refusal that carries no code at all', () => {
    expect(coach.explain({ receiptType: 'CEB304Message', status: '100' })).toMatchObject({
      known: true,
      action: 'correct',
    });
  });
});

test('good news needs no coach', () => {
  for (const [status, infoCode] of [
    ['2', null],
    ['120', '1800'],
    ['399', '2300'],
    ['800', '2600'],
    ['899', null],
  ] as const)
    expect(coachShort({ receiptType: 'CEB604Message', status, infoCode, info: '' })).toBeNull();
});

test('everything the sandbox can refuse with is known', () => {
  const verdicts = z
    .object({
      verdicts: z.array(
        z.object({ info: z.string().optional(), infos: z.record(z.string(), z.string()).optional() }),
      ),
    })
    .parse(JSON.parse(readFileSync(mappingPath('sandbox', 'verdicts.json'), 'utf8')));
  const codes = verdicts.verdicts.flatMap((v) =>
    [v.info, ...Object.values(v.infos ?? {})].flatMap((info) => /\[Code:(\d+);/.exec(info ?? '')?.[1] ?? []),
  );
  expect(codes.length).toBeGreaterThan(5);
  expect(
    codes.filter(
      (infoCode) => !both.explain({ receiptType: 'CEB604Message', status: '100', infoCode }).known,
    ),
  ).toEqual([]);
});

test('codes that only the sandbox uses never explain a real receipt', () => {
  const sandbox = loadSandboxEntries();
  expect(sandbox.size).toBeGreaterThan(10);
  for (const code of sandbox.keys()) {
    expect(book.customs.has(code)).toBe(false);
    expect(
      coach.explain({
        receiptType: 'CEB604Message',
        status: '100',
        infoCode: code,
        info: `[Code:${code};Desc:…]`,
      }).by,
    ).not.toBe('code');
  }
});
