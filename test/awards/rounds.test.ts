import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { noRegister } from '../../src/awards/candidates.js';
import { awardUpkeep } from '../../src/awards/upkeep.js';
import { newId } from '../../src/base/ids.js';
import { record, standing } from '../../src/figures/ledger.js';
import type { WantedRecord } from '../../src/figures/records.js';
import type {
  estimateSchema,
  compareSchema,
  roundSchema,
  sheetSchema,
} from '../../src/http/awards/contract.js';
import { readSheet } from 'read-excel-file/node';
import { enrol, type Client } from '../support/client.js';
import { settingsOf, startCommand } from '../support/commands.js';
import { countedLine } from '../support/countedLine.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { pdfText } from '../support/pdfText.js';
import { freshOrders } from '../support/sampleOrders.js';
import { makeUscc } from '../support/uscc.js';

type Round = z.output<typeof roundSchema>;

const SELLER = makeUscc(7101);
const SMALL = makeUscc(7102);
let it: TestGateway;
let officer: Client;
let offices: Record<string, { client: Client; prefix: string }>;
let tenants: Record<string, { tenantId: string; client: Client }>;
const lists: WantedRecord[] = [];

/** A cleared list of one line, put into the ledger that clearances write. */
const cleared = (
  seller: string,
  month: string,
  usd: string,
  over: Partial<WantedRecord> = {},
): WantedRecord => {
  const id = newId();
  return countedLine({
    sourceId: id,
    eventId: id,
    tenantId: tenants[seller]!.tenantId,
    orderIds: [id],
    orderNos: [id],
    month,
    countedAt: new Date(`${month}-15T04:00:00Z`),
    sellerCode: seller,
    sellerName: `示例 ${seller.slice(-4)}`,
    amount: `${usd}.00000`,
    usd: `${usd}.00`,
    cny: `${String(BigInt(usd) * 7n)}.00`,
    rateId: `customs-monthly:${month}:USD`,
    ...over,
  });
};
const put = (...wanted: WantedRecord[]) =>
  it.gateway.store.transaction(async (tx) =>
    record(
      tx,
      wanted,
      await standing(
        tx,
        wanted.map((w) => w.sourceId),
      ),
    ),
  );

beforeAll(async () => {
  it = await startTestGateway({
    orders: [...freshOrders({ count: 1, seed: 801, batch: 'A' })],
    workers: false,
  });
  const committee = await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' });
  officer = committee.client;
  offices = {};
  for (const [office, name] of [
    ['commerce', '商务处'],
    ['tax', '税务处'],
    ['finance', '财政处'],
  ] as const) {
    const key = await it.operator.post<{ secret: string; prefix: string }>('/v1/api-keys', {
      tenantId: committee.enterprise.tenantId,
      name,
    });
    offices[office] = { client: it.operator.withKey(key.secret), prefix: key.prefix };
  }
  const make = async (code: string) => {
    const { enterprise, client } = await enrol(it.operator, {
      code,
      name: `示例 ${code.slice(-4)}`,
      role: 'seller',
    });
    return { tenantId: enterprise.tenantId, client };
  };
  tenants = { [SELLER]: await make(SELLER), [SMALL]: await make(SMALL) };
  lists.push(
    cleared(SELLER, '2026-03', '700000'),
    cleared(SELLER, '2026-06', '500000', { regime: '9810' }),
    cleared(SMALL, '2026-05', '300000'),
  );
  await put(...lists);
});
afterAll(() => it.close());

const READINGS = {
  A01: 'assumed-adopted',
  A02: 'record',
  A03: 'declared',
  A04: 'export-three',
  A05: 'while-registered',
  A06: 'departure',
  A07: 'inclusive',
  A08: 'year-once',
  A09: 'whole',
  A10: 'highest',
  A11: 'stop',
  A12: 'outside-both',
  A13: 'listing-date',
  A14: 'paid',
  A15: 'net-original',
  A16: 'distinct',
  A17: 'third-party',
  A19: 'fen',
  A28: 'entity',
  A29: 'frozen',
};
const open = (title: string, clauses: string[] = []) =>
  officer.post<Round>('/v1/awards/rounds', { policy: 'qianjiang-2023', year: 2026, title, clauses });
const choose = (id: string, readings: Record<string, string | null>) =>
  officer.post<Round>(`/v1/awards/rounds/${id}/readings`, { readings, note: '2026年第3次联席会议' });
const compute = (id: string) => officer.post<Round>(`/v1/awards/rounds/${id}/compute`);
const line = (round: Round, enterprise: string) => round.lines.find((l) => l.enterprise === enterprise)!;
const failing = async (path: string, body: unknown = {}) => {
  const response = await officer.raw('POST', path, JSON.stringify(body), {
    'Content-Type': 'application/json',
  });
  return { status: response.status, body: JSON.stringify(await response.json()) };
};
const sign = async (id: string) => {
  for (const [office, { client, prefix }] of Object.entries(offices)) {
    await officer.post(`/v1/awards/rounds/${id}/signers`, { office, signer: prefix });
    await client.post(`/v1/awards/rounds/${id}/signatures`, { office, decision: 'agreed', note: '同意' });
  }
};

let frozen: Round;

describe('a round from readings to freeze', () => {
  test('without readings nothing is awarded, and the result names the reading and what each choice gives', async () => {
    const round = await compute((await open('未选读法')).id);
    const mine = line(round, SELLER);
    expect(mine).toMatchObject({ status: 'needs-decision', cny: null, granted: null });
    expect(mine.result.open[0]).toMatchObject({ ambiguity: 'A01' });
    expect(mine.result.open[0]!.alternatives.length).toBeGreaterThan(1);
  });

  test('a draft gives an estimate that is marked, and no award', async () => {
    const { id } = await open('只作测算', ['QJ-08a']);
    await choose(id, { ...READINGS, A01: 'draft' });
    const round = await compute(id);
    expect(line(round, SELLER)).toMatchObject({ status: 'not-in-force', cny: null, granted: null });
    expect(line(round, SELLER).result.estimateCny).toBe('420000.00');
    const sheet = await officer.get<z.output<typeof sheetSchema>>(`/v1/awards/rounds/${id}/sheet`);
    expect(sheet.mark.zh).toContain('测算');
    expect(sheet.rows.find((r) => r.enterprise === SELLER)).toMatchObject({
      cny: null,
      estimateCny: '420000.00',
    });
  });

  test('readings chosen by a named person give awards with arithmetic, records and what lost', async () => {
    const { id } = await open('2026 年度');
    await choose(id, READINGS);
    await officer.post(`/v1/awards/rounds/${id}/inputs`, {
      enterprise: SELLER,
      name: '示例',
      inputs: { registeredDistrict: '黔江区', paysTax: true, brandSalesCny: '21000000', trainees: 150 },
      source: '区商务委 2027-01-20 汇总表',
    });
    const round = await compute(id);
    const mine = line(round, SELLER);
    // 1,200,000 USD × 7 × 5 % = 420,000 beats 1 % of 21,000,000; training stands beside it.
    expect(mine).toMatchObject({ status: 'award', cny: '430000.00', granted: '430000.00', records: 2 });
    expect(mine.recordsSha256).toMatch(/^[0-9a-f]{64}$/);
    const lost = mine.result.clauses.find((c) => c.clause === 'QJ-01a')!;
    expect(lost).toMatchObject({ kept: false, cny: '210000.00' });
    expect(lost.lost!.zh).toContain('就高不重复');
    expect(line(round, SMALL)).toMatchObject({ status: 'no-award', cny: '0.00' });
    expect(round.readings.find((r) => r.id === 'A15')).toMatchObject({
      choice: 'net-original',
      note: '2026年第3次联席会议',
    });
    expect(round.readings.find((r) => r.id === 'A15')!.chosenBy).toContain('某区商务委员会');
    frozen = round;
  });

  test('the records behind a line are those its path leads to', async () => {
    const mine = line(frozen, SELLER);
    const page = await officer.get<{ items: { enterprise: string }[] }>(mine.recordsPath);
    expect(page.items).toHaveLength(mine.records);
    expect(new Set(page.items.map((r) => r.enterprise))).toEqual(new Set([SELLER]));
  });

  test('an office is signed for by the person named for it, and nobody signs for two', async () => {
    const path = `/v1/awards/rounds/${frozen.id}`;
    const signature = { office: 'tax', decision: 'agreed', note: '同意' };
    const refusal = async (promise: Promise<unknown>) => String(await promise.catch((e: unknown) => e));
    expect(await refusal(officer.post(`${path}/signatures`, signature))).toContain('W09');
    const { tax, finance } = offices;
    await officer.post(`${path}/signers`, { office: 'tax', signer: tax!.prefix });
    expect(await refusal(finance!.client.post(`${path}/signatures`, signature))).toContain('W09');
    expect(
      await refusal(officer.post(`${path}/signers`, { office: 'finance', signer: tax!.prefix })),
    ).toContain('W10');
    expect(
      await refusal(officer.post(`${path}/signers`, { office: 'finance', signer: 'nobody@example.cn' })),
    ).toContain('W11');
    const round = await tax!.client.post<Round>(`${path}/signatures`, signature);
    expect(round.signatures.at(-1)).toMatchObject({ office: 'tax', signedBy: '税务处', current: true });
    expect(round.signers).toEqual([expect.objectContaining({ office: 'tax', signer: '税务处' })]);
    // Named for another office afterwards, the same person still cannot sign this computation twice.
    await officer.post(`${path}/signers`, { office: 'tax', signer: finance!.prefix });
    await officer.post(`${path}/signers`, { office: 'commerce', signer: tax!.prefix });
    expect(
      await refusal(tax!.client.post(`${path}/signatures`, { ...signature, office: 'commerce' })),
    ).toContain('W10');
    await officer.post(`${path}/signers`, { office: 'commerce', signer: offices.commerce!.prefix });
    await officer.post(`${path}/signers`, { office: 'tax', signer: tax!.prefix });
    // A new key does not make another person of whoever holds it: named and having signed by the old one.
    const keys = await it.operator.get<{ id: string; prefix: string }[]>('/v1/api-keys');
    const rotated = await it.operator.post<{ secret: string }>(
      `/v1/api-keys/${keys.find((k) => k.prefix === tax!.prefix)!.id}/rotate`,
      { hours: 0 },
    );
    offices.tax = { client: it.operator.withKey(rotated.secret), prefix: rotated.secret.slice(0, 12) };
    expect(
      await refusal(officer.post(`${path}/signers`, { office: 'finance', signer: offices.tax.prefix })),
    ).toContain('W10');
    const again = await offices.tax.client.post<Round>(`${path}/signatures`, signature);
    expect(again.signatures.filter((s) => s.office === 'tax').map((s) => s.signedBy)).toEqual([
      '税务处',
      '税务处',
    ]);
    await officer.post(`${path}/signers`, { office: 'tax', signer: finance!.prefix });
    await officer.post(`${path}/signers`, { office: 'commerce', signer: offices.tax.prefix });
    expect(
      await refusal(offices.tax.client.post(`${path}/signatures`, { ...signature, office: 'commerce' })),
    ).toContain('W10');
    await officer.post(`${path}/signers`, { office: 'commerce', signer: offices.commerce!.prefix });
    await officer.post(`${path}/signers`, { office: 'tax', signer: offices.tax.prefix });
  });

  test('it freezes only when every office agreed to this very computation and every flag is decided', async () => {
    const path = `/v1/awards/rounds/${frozen.id}`;
    await sign(frozen.id);
    await put(
      cleared(SELLER, '2026-07', '1000', { orderNos: ['TWICE'] }),
      cleared(SELLER, '2026-07', '1000', { orderNos: ['TWICE'] }),
    );
    frozen = await compute(frozen.id);
    expect(frozen.flags.map((f) => f.kind)).toContain('duplicate-order');
    const refused = await failing(`${path}/freeze`);
    expect(refused.status).toBe(409);
    expect(refused.body).toContain('W05');
    expect(refused.body).toContain('税务未签署同意');
    for (const flag of frozen.flags)
      await officer.post(`${path}/flags/${flag.id}`, { decision: 'dismissed', note: '拆分发货，已核实' });
    await sign(frozen.id);
    frozen = await officer.post<Round>(`${path}/freeze`);
    expect(frozen).toMatchObject({ state: 'frozen' });
    expect(frozen.sha256).toMatch(/^[0-9a-f]{64}$/);
    const { rows } = await it.gateway.store.query<{ same: boolean }>(
      `select encode(sha256(convert_to(canonical, 'UTF8')), 'hex') = sha256 as same from award_rounds where id = $1`,
      [frozen.id],
    );
    expect(rows).toEqual([{ same: true }]);
  });

  test('a frozen round never changes: not by the API, and not by SQL', async () => {
    const path = `/v1/awards/rounds/${frozen.id}`;
    for (const [to, body] of [
      ['readings', { readings: { A15: 'gross' }, note: '改' }],
      ['compute', {}],
      ['inputs', { enterprise: SELLER, inputs: { trainees: 300 }, source: '改' }],
      ['freeze', {}],
    ] as const)
      expect(await failing(`${path}/${to}`, body)).toMatchObject({
        status: 409,
        body: expect.stringContaining('W04'),
      });
    for (const sql of [
      'update award_rounds set title = title where id = $1',
      'update award_lines set cny = 1 where round_id = $1',
      'delete from award_readings where round_id = $1',
    ])
      await expect(it.gateway.store.query(sql, [frozen.id])).rejects.toThrow('a frozen round never changes');
  });

  test('a return after the freeze raises a review item with the difference, once, and leaves the round alone', async () => {
    const first = lists[0]!;
    await put(first, {
      ...first,
      eventId: newId(),
      measure: 'returned',
      month: '2027-02',
      countedAt: new Date('2027-02-03T04:00:00Z'),
      amount: '300000.00000',
      usd: '300000.00',
      cny: '2100000.00',
    });
    // The worker looks once a day; a second look of the day finds nothing due.
    const { store, rulebook, rates, log } = it.gateway;
    const look = awardUpkeep({ store, book: rulebook.policies, rates, register: noRegister }, log);
    expect([await look(), await look()]).toEqual([true, false]);
    const after = await officer.get<Round>(`/v1/awards/rounds/${frozen.id}`);
    expect(after.reviews).toHaveLength(1);
    // 902,000 USD is below the threshold: 420,700 + 10,000 were awarded, the brand clause takes over.
    expect(after.reviews[0]).toMatchObject({
      enterprise: SELLER,
      beforeCny: '430700.00',
      afterCny: '220000.00',
      differenceCny: '-210700.00',
    });
    expect(after.lines).toEqual(frozen.lines);
    expect(after.sha256).toBe(frozen.sha256);
    expect((await officer.post<Round>(`/v1/awards/rounds/${frozen.id}/recheck`)).reviews).toHaveLength(1);
    const decided = await officer.post<Round>(
      `/v1/awards/rounds/${frozen.id}/reviews/${after.reviews[0]!.id}`,
      { decision: 'reclaimed', note: '追回差额' },
    );
    expect(decided.reviews[0]).toMatchObject({ decision: 'reclaimed' });
  });
});

test('two rounds can be compared: which readings differ and what each enterprise gets', async () => {
  const { id } = await open('毛额');
  await choose(id, { ...READINGS, A15: 'gross' });
  await compute(id);
  const compared = await officer.get<z.output<typeof compareSchema>>(
    `/v1/awards/rounds/${frozen.id}/compare?with=${id}`,
  );
  expect(compared.readings).toEqual([
    expect.objectContaining({ id: 'A15', left: 'net-original', right: 'gross' }),
  ]);
  expect(compared.lines.find((l) => l.enterprise === SELLER)).toMatchObject({
    same: false,
    right: { status: 'award', cny: '420700.00' },
  });
});

test('evidence belongs to an item of the checklist and keeps its hash', async () => {
  const { id } = await open('材料');
  const made = await officer.upload<{ id: string; sha256: string }>(
    `/v1/awards/rounds/${id}/evidence?enterprise=${SELLER}&item=settlement&fileName=${encodeURIComponent('结汇.pdf')}`,
    Buffer.from('abc'),
  );
  expect(made.sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(
    Buffer.from(await (await officer.raw('GET', `/v1/awards/evidence/${made.id}`)).arrayBuffer()).toString(),
  ).toBe('abc');
  const wrong = await officer.raw(
    'POST',
    `/v1/awards/rounds/${id}/evidence?enterprise=${SELLER}&item=photo&fileName=a.pdf`,
    Buffer.from('x'),
  );
  expect(await wrong.text()).toContain('W06');
});

test('the sheet goes out as Excel with heading, amounts, hash and seal space', async () => {
  const response = await officer.raw('GET', `/v1/awards/rounds/${frozen.id}/sheet.xlsx`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = JSON.stringify(await readSheet(bytes));
  for (const wanted of ['黔江区', '430700.00', frozen.sha256!, '商务主管部门（盖章）', '财政部门（盖章）'])
    expect(text).toContain(wanted);
});

test('the sheet, its annex and the sheet of one enterprise go out as PDF that says what the round says', async () => {
  const pdf = async (path: string) =>
    pdfText(Buffer.from(await (await officer.raw('GET', `/v1/awards/rounds/${path}`)).arrayBuffer()));
  const flat = (text: string) => text.replace(/\s+/g, '');
  const whole = flat(await pdf(`${frozen.id}/sheet.pdf`));
  const mine = line(frozen, SELLER);
  for (const wanted of [
    '奖励资金核算表',
    '430,700.00',
    frozen.sha256!,
    '商务主管部门（盖章）',
    '附件一：所选读法',
    '未能更多',
    mine.recordsSha256,
    ...mine.result.lines.map((l) => flat(l.zh)),
  ])
    expect(whole).toContain(wanted);
  expect(whole).not.toContain('未冻结');
  const sheet = flat(await pdf(`${frozen.id}/enterprises/${SELLER}/sheet.pdf`));
  for (const wanted of ['企业奖励核算单', SELLER, '430,700.00', frozen.sha256!])
    expect(sheet).toContain(wanted);
  const draft = (await officer.get<{ rounds: Round[] }>('/v1/awards/rounds')).rounds.find(
    (r) => r.title === '只作测算',
  )!;
  expect(draft.estimate).toBe(true);
  const estimate = flat(await pdf(`${draft.id}/sheet.pdf`));
  for (const wanted of ['奖励资金测算表', '测算，不作为奖励依据', '420,000.00'])
    expect(estimate).toContain(wanted);
});

test('the form a hash covers can be fetched and hashed again', async () => {
  const response = await officer.raw('GET', `/v1/awards/rounds/${frozen.id}/frozen.json`);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(frozen.sha256);
});

test('a line says why it was not more: the clause that lost, and those that gave nothing', () => {
  const why = line(frozen, SELLER)
    .why.map((l) => l.zh)
    .join('\n');
  expect(why).toContain('QJ-01a');
  expect(why).toContain('就高不重复');
  expect(
    line(frozen, SMALL)
      .why.map((l) => l.zh)
      .join(),
  ).toContain('未达到');
});

test('a seller sees an estimate of its own records only, and no round', async () => {
  const seller = tenants[SMALL]!.client;
  const estimate = await seller.get<z.output<typeof estimateSchema>>(
    '/v1/awards/estimate?policy=qianjiang-2023&year=2026',
  );
  expect(estimate.lines.map((l) => l.enterprise)).toEqual([SMALL]);
  expect(estimate.mark.zh).toContain('测算');
  expect((await seller.raw('GET', `/v1/awards/rounds/${frozen.id}`)).status).toBe(403);
  expect((await seller.raw('GET', '/v1/awards/rounds')).status).toBe(403);
});

test('gateway award compute gives the figures of a round from the same database', async () => {
  const file = join(it.dir, 'readings.json');
  writeFileSync(file, JSON.stringify({ ...READINGS, A15: 'gross' }));
  const command = startCommand(
    [
      'award',
      'compute',
      '--policy',
      'qianjiang-2023',
      '--period',
      '2026',
      '--readings',
      file,
      '--clause',
      'QJ-08a',
    ],
    settingsOf(it.gateway.config, it.sandbox.url),
  );
  expect({ code: await command.ended, stderr: command.stderr() }).toMatchObject({ code: 0 });
  const made = JSON.parse(command.stdout()) as { lines: { enterprise: string; result: { cny: string } }[] };
  expect(made.lines.find((l) => l.enterprise === SELLER)!.result.cny).toBe('420700.00');
});

test('an unknown reading or clause is refused with what there is to choose', async () => {
  expect(
    await failing(`/v1/awards/rounds/${(await open('x')).id}/readings`, {
      readings: { A15: 'half' },
      note: 'x',
    }),
  ).toMatchObject({ status: 422, body: expect.stringContaining('W03') });
  expect(
    await failing('/v1/awards/rounds', {
      policy: 'qianjiang-2023',
      year: 2026,
      title: 'x',
      clauses: ['BB-12'],
    }),
  ).toMatchObject({ status: 422, body: expect.stringContaining('W02') });
});
