import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { auditFigures } from '../../src/figures/audit.js';
import { foldBatches } from '../../src/figures/fold.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import type {
  clearanceTimesSchema,
  figureRecordDetailSchema,
  figureRecordSchema,
  figuresSchema,
  snapshotSchema,
  turnoverSchema,
} from '../../src/views/figures/shapes.js';
import { attemptAll } from '../support/attempts.js';
import { enrol, type Client } from '../support/client.js';
import { settingsOf, startCommand } from '../support/commands.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { LIST, type IntakeResult } from '../support/journey.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';
import { freshOrders } from '../support/sampleOrders.js';

type Figures = z.output<typeof figuresSchema>;
type FigureRecord = z.output<typeof figureRecordSchema>;
type Snapshot = z.output<typeof snapshotSchema>;

const COP = '91500000MA5U0ABC13';
const orders = [...freshOrders({ count: 24, seed: 31, batch: 'F' })];
let it: TestGateway;
let officer: Client;
let keys: Map<string, string>;
const beijing = (text: string) => new Date(`${text}+08:00`);
/** Two years, so that a year can be compared with the one before. */
const clearedAt = (i: number) => beijing(`${i % 2 ? '2025' : '2026'}-0${1 + (i % 6)}-15T10:00:00`);

async function say(indexes: number[], status: string, at: (i: number) => Date): Promise<void> {
  const receipts = indexes.map((i) => receiptOf(LIST, keys.get(orders[i]!.orderNo!)!, status, at(i), status));
  await storeRaw(it.gateway.store, [
    receiptFile(receipts, `figures-${status}-${indexes.join('-')}-${at(0).getTime()}`),
  ]);
  while ((await applyReceipts(it.gateway.store, it.gateway.journey.applyContext(it.gateway.log), 50)) > 0);
}

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
  makeTestKeys({
    suite: 'rsa-sha1',
    subject: COP,
    out: join(it.dir, 'keys', COP),
    now: new Date(Date.now() - 60_000),
  });
  await it.gateway.reloadKeys();
  officer = (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' })).client;
  expect(await it.operator.post<IntakeResult>('/v1/orders', orders)).toMatchObject({
    accepted: orders.length,
  });
  await attemptAll(it.gateway.store);
  const { rows } = await it.gateway.store.query<{ order_no: string; document_key: string }>(
    'select c.order_no, d.document_key from documents d join declarations c on c.id = d.declaration_id where d.message_type = $1',
    [LIST],
  );
  keys = new Map(rows.map((r) => [r.order_no, r.document_key]));
  const most = orders.map((_, i) => i).slice(0, 20);
  await say(most, '500', (i) => new Date(clearedAt(i).getTime() - 7_200_000));
  await say(most, '800', (i) => new Date(clearedAt(i).getTime() - 3_600_000));
  await say(most.slice(0, 18), '899', clearedAt);
});
afterAll(() => it.close());

const PERIOD = 'from=2025-01&to=2026-12';
const get = (query: string, client = officer) => client.get<Figures>(`/v1/figures?${PERIOD}&${query}`);
const fen = (texts: (string | null)[]) =>
  texts.reduce((sum, t) => sum + BigInt((t ?? '0.00').replace('.', '')), 0n);

describe('figures by any dimensions', () => {
  test('add up to the same sum however they are grouped, and every answer says by which rule, rate and status it counts', async () => {
    const whole = await get('by=month');
    expect(whole.sum.gross.documents).toBe(18);
    expect(whole.sum.pending.documents).toBe(2);
    expect(whole).toMatchObject({
      series: 'trade',
      status: { state: 'preliminary', revision: 0 },
      rates: { official: false },
    });
    expect(whole.rule.basis.zh).toContain('结关');
    for (const by of [
      'month,enterprise,regime',
      'quarter',
      'year',
      'country',
      'rcep,silk-road',
      'port,transport',
      'channel,platform',
      'district,park,sourcePlace',
    ]) {
      const answer = await get(`by=${by}`);
      expect(answer.sum.gross).toEqual(whole.sum.gross);
      expect(fen(answer.lines.map((l) => l.gross.cny))).toBe(fen([whole.sum.gross.cny]));
    }
  });

  test('every line leads to exactly its records, each of them to its receipts and signed bytes', async () => {
    const answer = await get('by=month,enterprise,country');
    expect(answer.lines.length).toBeGreaterThan(5);
    for (const line of answer.lines) {
      const { items, next } = await officer.get<{ items: FigureRecord[]; next: string | null }>(
        `${line.records}&limit=200`,
      );
      expect(next).toBeNull();
      const counted = items.filter((r) => r.measure === 'counted');
      expect(counted).toHaveLength(line.gross.lines);
      expect(fen(counted.map((r) => r.cny))).toBe(fen([line.gross.cny]));
      expect(fen(items.filter((r) => r.measure === 'pending').map((r) => r.usd))).toBe(
        fen([line.pending.usd]),
      );
    }
    const { items } = await it.operator.get<{ items: FigureRecord[] }>(
      `${answer.sum.records}&measure=counted&limit=1`,
    );
    const detail = await it.operator.get<z.output<typeof figureRecordDetailSchema>>(items[0]!.detail);
    expect(detail.receipts.map((r) => r.status)).toEqual(['500', '800', '899']);
    const bytes = Buffer.from(await (await it.operator.raw('GET', detail.receipts[2]!.bytes!)).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(detail.receipts[2]!.sha256);
    expect(detail.versions.map((v) => v.measure)).toEqual(['pending', 'counted']);
    const seen = await officer.get<z.output<typeof figureRecordDetailSchema>>(items[0]!.detail);
    expect(seen.receipts.map((r) => r.bytes)).toEqual([null, null, null]);
  });

  test('narrowing to values takes exactly the lines of these values', async () => {
    const all = await get('by=country,regime');
    const [first, second] = all.lines;
    const both = [...new Set([first!.key.country, second!.key.country])];
    const some = await get(`by=country,regime&country=${both.join(',')}`);
    expect(some.lines.map((l) => l.key)).toEqual(
      all.lines.map((l) => l.key).filter((k) => both.includes(k.country!)),
    );
    const members = await get('by=country&rcep=member');
    expect(
      members.lines.every((l) =>
        ['132', '136', '141', '116', '133', '601', '609', '122', '112', '129'].includes(l.key.country!),
      ),
    ).toBe(true);
    const problem = await officer.raw('GET', `/v1/figures?${PERIOD}&by=colour`);
    expect([problem.status, (await problem.json()) as unknown]).toMatchObject([
      400,
      { faults: [{ code: 'Y03' }] },
    ]);
  });

  test('a year stands beside the year before, with growth only where there was something', async () => {
    const answer = await officer.get<Figures>('/v1/figures?from=2026-01&to=2026-12&by=month&yearOnYear=true');
    const before = await officer.get<Figures>('/v1/figures?from=2025-01&to=2025-12&by=month');
    expect(answer.sum.yearOnYear!.previous.gross).toEqual(before.sum.gross);
    const growth =
      (Number(answer.sum.gross.cny) - Number(before.sum.gross.cny)) / Number(before.sum.gross.cny);
    expect(Number(answer.sum.yearOnYear!.gross.cny)).toBeCloseTo(growth, 3);
    // Months of this year and months of the year before have no months in common here: each says what is missing.
    for (const line of answer.lines) {
      const { base, text, gross } = line.yearOnYear!;
      const [why, words] =
        line.key.month === '2026-01' ? ['unknown', '没有上年同期的记录'] : ['nothing', '上年同期为零'];
      if (line.gross.lines > 0) {
        expect([gross.cny, base]).toEqual([null, why]);
        expect(text!.zh).toContain(words);
      } else expect([Number(gross.cny), base]).toEqual([-1, 'whole']);
    }
    expect(answer.lines.some((l) => l.gross.lines === 0)).toBe(true);
    expect(answer.comparison).toMatchObject({ from: '2025-01', to: '2025-12', text: expect.anything() });
    for (const by of ['quarter,country', 'year,enterprise', 'regime', 'rcep', 'year,month', 'channel,port']) {
      const grouped = await officer.get<Figures>(
        `/v1/figures?from=2026-01&to=2026-06&by=${by}&yearOnYear=true`,
      );
      const past = await officer.get<Figures>(`/v1/figures?from=2025-01&to=2025-06&by=${by}`);
      expect(fen(grouped.lines.map((l) => l.yearOnYear!.previous.gross.cny))).toBe(fen([past.sum.gross.cny]));
      expect(grouped.sum.yearOnYear!.previous.gross).toEqual(past.sum.gross);
      expect(fen(grouped.lines.map((l) => l.gross.cny))).toBe(fen([grouped.sum.gross.cny]));
    }
    const unknown = await officer.get<Figures>(
      '/v1/figures?from=2025-01&to=2025-03&by=month&yearOnYear=true',
    );
    expect(unknown.sum.yearOnYear).toMatchObject({ base: 'unknown', gross: { cny: null } });
    expect(unknown.comparison!.text!.zh).toContain('2024-01');
  });

  test('as of a moment before, they show what they showed, though more was cleared since', async () => {
    const before = await get('by=month,country');
    await say([18], '899', clearedAt);
    const after = await get('by=month,country');
    expect(after.sum.gross.documents).toBe(before.sum.gross.documents + 1);
    expect(after.sum.pending.documents).toBe(before.sum.pending.documents - 1);
    const then = await get(`by=month,country&asOf=${before.asOf}`);
    expect(then.lines).toEqual(before.lines);
    expect(then.sum).toEqual(before.sum);
    expect((await officer.raw('GET', '/v1/figures?asOf=2099-01-01T00:00:00Z')).status).toBe(400);
  });

  test('a seller sees its own figures only, and they add up to the whole', async () => {
    const whole = await get('by=enterprise');
    const parts = [];
    for (const [code, { client }] of it.sellers) {
      const own = await get('by=enterprise', client);
      expect(own.lines.every((l) => l.key.enterprise === code)).toBe(true);
      parts.push(own.sum.gross.cny);
    }
    expect(fen(parts)).toBe(fen([whole.sum.gross.cny]));
  });

  test('CSV and Excel say the same', async () => {
    const answer = await get('by=month,country');
    const csv = await (await officer.raw('GET', `/v1/figures.csv?${PERIOD}&by=month,country`)).text();
    for (const line of answer.lines)
      expect(csv).toContain(`${line.gross.documents},${line.gross.cny},${line.gross.usd}`);
    expect(csv).toContain('结关');
    const xlsx = Buffer.from(
      await (await officer.raw('GET', `/v1/figures.xlsx?${PERIOD}&by=month,country`)).arrayBuffer(),
    );
    expect(xlsx.subarray(0, 2).toString()).toBe('PK');
  });

  test('clearance times are percentiles of the lists, inspected ones apart', async () => {
    const times = await officer.get<z.output<typeof clearanceTimesSchema>>(
      `/v1/figures/clearance-times?${PERIOD}`,
    );
    expect(times.lines.reduce((n, l) => n + l.documents, 0)).toBe(20);
    expect(times.lines.every((l) => l.inspected)).toBe(true);
  });
});

describe('what the committee keeps', () => {
  test('a closed month is frozen, signed and unchanged by what comes later, which shows as a change since', async () => {
    const closed = await officer.post<Snapshot>('/v1/figures/closings', {
      month: '2026-01',
      status: 'final',
      note: '核对完毕',
    });
    expect(closed).toMatchObject({ kind: 'monthly', name: '2026-01', revision: 1, status: 'final' });
    const file = closed.files.find((f) => f.name === 'export.json')!;
    const bytes = Buffer.from(await (await officer.raw('GET', file.path)).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
    const said = JSON.parse(bytes.toString('utf8')) as {
      rows: Record<string, string>[];
      fields: { name: string }[];
    };
    expect(Object.keys(said.rows[0]!)).toEqual(said.fields.map((f) => f.name));
    const answer = await officer.get<Figures>('/v1/figures?from=2026-01&to=2026-01&by=month&direction=all');
    expect(answer.status).toMatchObject({ state: 'final', revision: 1, changedSince: false });
    expect(fen(said.rows.map((r) => r.gross_cny!))).toBe(fen([answer.sum.gross.cny]));

    await say([20], '899', () => beijing('2026-01-20T10:00:00'));
    const later = await officer.get<Figures>('/v1/figures?from=2026-01&to=2026-01&by=month&direction=all');
    expect(later.sum.gross.documents).toBe(answer.sum.gross.documents + 1);
    expect(later.status).toMatchObject({ revision: 1, changedSince: true });
    expect(Buffer.from(await (await officer.raw('GET', file.path)).arrayBuffer()).equals(bytes)).toBe(true);
    const behind = await officer.get<{ items: FigureRecord[] }>(`${closed.records.path}&limit=200`);
    expect(behind.items).toHaveLength(closed.records.count);
    const again = await officer.post<Snapshot>('/v1/figures/closings', {
      month: '2026-01',
      status: 'final',
      note: '补录后',
    });
    expect(again.revision).toBe(2);
    await expect(it.gateway.store.query(`update figure_snapshots set status = 'final'`)).rejects.toThrow(
      /never changed/,
    );
  });

  test('the signature of an exported file is the gateway’s own over exactly its bytes', async () => {
    const { items } = await officer.get<{ items: Snapshot[] }>('/v1/figures/snapshots');
    const snapshot = items[0]!;
    const signed = await officer.get<{
      items: { file: string; value: string; certificate: string; suite: string; sha256: string }[];
    }>(`/v1/figures/snapshots/${snapshot.id}/signatures`);
    expect(signed.items.map((s) => [s.file, s.suite])).toEqual([
      ['json', 'rsa-sha1'],
      ['csv', 'rsa-sha1'],
    ]);
    const { X509Certificate, verify } = await import('node:crypto');
    for (const signature of signed.items) {
      const file = snapshot.files.find((f) => f.name === `export.${signature.file}`)!;
      const bytes = Buffer.from(await (await officer.raw('GET', file.path)).arrayBuffer());
      const key = new X509Certificate(Buffer.from(signature.certificate, 'base64')).publicKey;
      expect(verify('sha1', bytes, key, Buffer.from(signature.value, 'base64'))).toBe(true);
      expect(
        verify('sha1', Buffer.concat([bytes, Buffer.from(' ')]), key, Buffer.from(signature.value, 'base64')),
      ).toBe(false);
    }
  });

  test('a snapshot is written out for another platform with signatures and dictionary, as exactly the frozen bytes', async () => {
    const { items } = await officer.get<{ items: Snapshot[] }>('/v1/figures/snapshots');
    const out = join(it.dir, 'exchange');
    const command = startCommand(
      ['figures', 'export', items[0]!.id, '--out', out],
      settingsOf(it.gateway.config, it.sandbox.url),
    );
    expect({ code: await command.ended, stderr: command.stderr() }).toMatchObject({ code: 0 });
    for (const { name, sha256 } of items[0]!.files)
      expect(
        createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex'),
      ).toBe(sha256);
    const dictionary = JSON.parse(readFileSync(join(out, 'dictionary.json'), 'utf8')) as {
      fields: { name: string }[];
    };
    const { rows } = JSON.parse(readFileSync(join(out, 'export.json'), 'utf8')) as { rows: object[] };
    expect(Object.keys(rows[0] ?? {})).toEqual(dictionary.fields.map(({ name }) => name));
    expect(JSON.parse(readFileSync(join(out, 'signatures.json'), 'utf8'))).toHaveLength(2);
  });

  test('a month that is not over long enough cannot be final, and nobody but the committee closes', async () => {
    const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
    const early = await officer.raw(
      'POST',
      '/v1/figures/closings',
      JSON.stringify({ month, status: 'final', note: 'x' }),
      { 'Content-Type': 'application/json' },
    );
    expect([early.status, await early.json()]).toMatchObject([409, { faults: [{ code: 'Y01' }] }]);
    const seller = [...it.sellers.values()][0]!.client;
    const refused = await seller.raw(
      'POST',
      '/v1/figures/closings',
      JSON.stringify({ month: '2025-01', status: 'final', note: 'x' }),
      { 'Content-Type': 'application/json' },
    );
    expect(refused.status).toBe(403);
  });

  test('turnover as platforms report it stands beside customs turnover with the difference, and a report told again adds nothing', async () => {
    const code = orders[0]!.seller.code!;
    const csv = `月份,平台代码,平台名称,统一社会信用代码,企业名称,币制,交易额,订单数,来源,报送日期\n2026-01,AMZ,Amazon,${code},甲公司,CNY,1000000.50,321,平台后台导出,2026-02-05\n`;
    const put = async (text: string) => {
      const response = await officer.raw('POST', '/v1/figures/turnover/import', text, {
        'Content-Type': 'text/csv',
      });
      return [response.status, await response.json()] as const;
    };
    expect(await put(csv)).toEqual([200, { added: 1, rows: 1 }]);
    expect(await put(csv)).toEqual([200, { added: 0, rows: 1 }]);
    const compared = await officer.get<z.output<typeof turnoverSchema>>(
      '/v1/figures/turnover?from=2026-01&to=2026-06',
    );
    const line = compared.lines.find((l) => l.enterprise.code === code)!;
    expect(line.platform).toMatchObject({ cny: '1000000.50', sources: ['平台后台导出'] });
    expect(fen([line.difference.cny])).toBe(fen([line.platform.cny]) - fen([line.customs.gross.cny]));
    expect(await put('月份,平台代码,币制\n2026-13,AMZ,元\n')).toMatchObject([
      422,
      { faults: [{ code: 'Y04' }, {}, {}, {}, {}, {}] },
    ]);
    // A file without rows is no success.
    for (const empty of ['', '月份,金额\n', '\u0000\u0001'])
      expect(await put(empty)).toMatchObject([422, { faults: [{ code: 'Y04' }] }]);
    const stranger = [...it.sellers].find(([c]) => c !== code)![1].client;
    const own = await stranger.get<z.output<typeof turnoverSchema>>(
      '/v1/figures/turnover?from=2026-01&to=2026-06',
    );
    expect(own.lines.map((l) => l.enterprise.code)).not.toContain(code);
  });
});

describe('gateway figures audit', () => {
  const audit = async () => {
    const command = startCommand(['figures', 'audit'], {
      DATABASE_URL: it.gateway.config.databaseUrl ?? '',
      GATEWAY_DATA_DIR: it.dir,
      GATEWAY_LOG_LEVEL: 'silent',
      GATEWAY_TRANSPORT: 'none',
    });
    const code = await command.ended;
    return {
      code,
      said: JSON.parse(command.stdout()) as {
        differences: { check: string; where: string }[];
        compared: { lines: number };
      },
    };
  };

  test('agrees with a recount and exits 0; exits 1 and names the cell when a total is off by a fen', async () => {
    const good = await audit();
    expect(good).toMatchObject({ code: 0, said: { differences: [] } });
    expect(good.said.compared.lines).toBeGreaterThan(20);
    const move = async (table: string, key: string, fen: string) =>
      it.gateway.store.query(
        `update ${table} set cny = cny + $1 where (${key}) = (select ${key} from ${table} order by ${key} limit 1)`,
        [fen],
      );
    const [delta, coarse] = ['batch_id, cell_id', 'cube, recorded, key'];
    await move('figure_deltas', delta, '0.01');
    const bad = await audit();
    expect(bad.code).toBe(1);
    expect(bad.said.differences.map((d) => d.check).sort()).toEqual(['cubes', 'cubes', 'cubes', 'rollups']);
    for (const { where } of bad.said.differences) expect(where).toMatch(/20\d\d-\d\d/);
    await move('figure_deltas', delta, '-0.01');
    while ((await foldBatches(it.gateway.store)) > 0);
    await move('figure_cubes', coarse, '0.01');
    const { differences } = await auditFigures(it.gateway.store);
    expect(differences.map((d) => d.check)).toEqual(['cubes']);
    await move('figure_cubes', coarse, '-0.01');
    expect((await auditFigures(it.gateway.store)).differences).toEqual([]);
  });
});
