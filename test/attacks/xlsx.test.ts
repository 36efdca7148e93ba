import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { readSheet } from 'read-excel-file/node';
import { FaultError } from '../../src/base/fault.js';
import { Reading } from '../../src/reading/reading.js';
import { previewSheet } from '../../src/sheets/read.js';
import { loadSheet } from '../../src/sheets/sheet.js';
import { columnLetters } from '../../src/orders/place.js';
import type { Client } from '../support/client.js';
import { eventually } from '../support/gateway.js';
import { shared, text, workbook, workbookParts, zip } from '../support/handmadeXlsx.js';
import type { Import } from '../support/journey.js';
import { serve, type Served } from '../support/served.js';
import { brief, columns, readAll, refusal } from '../orders/reading.js';

const MB = 2 ** 20;
const codes = async (bytes: Buffer) => brief((await refusal(readAll(bytes, 'xlsx'))).faults);
const header = (...names: string[]) =>
  `<row r="1">${names.map((name, at) => text(`${columnLetters(at)}1`, name)).join('')}</row>`;
const good = workbookParts(header('订单编号') + `<row r="2">${text('A2', 'A1')}</row>`);

describe('one reading of the archive decides', () => {
  test('what only local headers name is read by nobody', async () => {
    const other = workbookParts(header('订单编号') + `<row r="2">${text('A2', 'HIDDEN')}</row>`);
    const [read, ...more] = await readAll(zip(good, { hidden: other }), 'xlsx');
    expect(more).toEqual([]);
    expect(read!.order!.orderNo).toBe('A1');
  });

  test('a bomb before the entries of the directory is not unpacked', async () => {
    const bomb = { 'xl/worksheets/sheet1.xml': Buffer.alloc(512 * MB) };
    const before = process.memoryUsage().rss;
    const [read] = await readAll(zip(good, { hidden: bomb }), 'xlsx');
    expect(read!.order!.orderNo).toBe('A1');
    expect(process.memoryUsage().rss - before).toBeLessThan(700 * MB);
  });

  test('a file named twice, a size that lies and too many files are refused', async () => {
    const twice = [
      ...Object.entries(good),
      ['xl/worksheets/sheet1.xml', good['xl/worksheets/sheet1.xml']!] as const,
    ];
    expect(await codes(zip(twice))).toEqual(['I10']);
    expect(await codes(zip(good, { declared: 10 }))).toEqual(['I10']);
    const many = Array.from({ length: 2001 }, (_, i) => [`xl/media/${i}.xml`, Buffer.alloc(0)] as const);
    expect(await codes(zip([...Object.entries(good), ...many]))).toEqual(['I10']);
  });

  test('what packs more than any sheet does is refused while it is unpacked', async () => {
    const rows = `<row r="1">${text('A1', ' '.repeat(200 * MB))}</row>`;
    const bytes = workbook(rows);
    expect(bytes.length).toBeLessThan(MB);
    const from = performance.now();
    expect(await codes(bytes)).toEqual(['I10']);
    expect(performance.now() - from).toBeLessThan(5_000);
  });

  test('parts that no order needs are not unpacked', async () => {
    const [read] = await readAll(zip({ ...good, 'xl/media/a.xml': Buffer.alloc(300 * MB) }), 'xlsx');
    expect(read!.order!.orderNo).toBe('A1');
  });
});

describe('a sheet is measured before it is read', () => {
  test('16,384 columns are refused with their number', async () => {
    const names = Array.from({ length: 16_384 }, (_, i) => `列${i}`);
    const error = await refusal(readAll(workbook(header(...names)), 'xlsx'));
    expect(brief(error.faults)).toEqual(['I39']);
    expect(error.faults[0]!.message.zh).toContain('16384');
  });

  test('a CSV wider than any template is refused before each of its columns is looked up in every row', async () => {
    const wide = `${'单号,'.repeat(20_000)}\n${'A1,杯子,2\n'.repeat(15_000)}`;
    const from = performance.now();
    const read = previewSheet(Buffer.from(wide), 'a.csv', loadSheet('settlements'), columns);
    expect((await refusal(read)).faults.map((f) => f.code)).toEqual(['I39']);
    expect(performance.now() - from).toBeLessThan(5_000);
  });

  test('two cells far apart are refused: what lies between them would be filled', async () => {
    const far = (address: string, row: number) =>
      header('订单编号') + `<row r="${row}">${text(address, 'x')}</row>`;
    expect(await codes(workbook(far('XFD2', 2)))).toEqual(['I39']);
    expect(await codes(workbook(far('A1048576', 1_048_576)))).toEqual(['I09']);
    expect(await codes(workbook(far('SF50000', 50_000)))).toEqual(['I39']);
  });

  test('twenty thousand merges over all rows cost no more than their rows', async () => {
    const rows = Array.from(
      { length: 2000 },
      (_, i) => `<row r="${i + 2}">${text(`B${i + 2}`, `${i}`)}</row>`,
    );
    const merges = '<mergeCell ref="A2:A1048576"/>'.repeat(20_000);
    const bytes = workbook(header('订单编号', '商品货号') + rows.join(''), {
      after: `<mergeCells>${merges}</mergeCells>`,
    });
    const from = performance.now();
    await readAll(bytes, 'xlsx').catch(() => undefined);
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  test('a small file that costs long is stopped by its budget', async () => {
    // 16,000 × 500 cells, most of them blank: a hundred kilobytes.
    const rows = Array.from(
      { length: 16_000 },
      (_, i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>1</v></c><c r="SF${i + 2}"><v>1</v></c></row>`,
    );
    const bytes = workbook(header('订单编号') + rows.join(''));
    expect(bytes.length).toBeLessThan(0.5 * MB);
    const read = async (reading: Reading, file: Buffer, tooMuch?: 'A24') => {
      const faults: string[] = [];
      let orders = 0;
      try {
        for await (const slice of reading.orders(once(file), { format: 'xlsx' }, tooMuch))
          orders += slice.length;
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        faults.push(...brief(error.faults));
      }
      return { orders, faults };
    };
    const limits = { memoryMb: 384, answerMs: 60_000 };
    const whole = new Reading(limits);
    const timed = async (file: Buffer) => {
      const from = performance.now();
      return { ...(await read(whole, file)), ms: performance.now() - from };
    };
    // With the thread running, so that its start is not counted; the quickest, as others use the machine, too.
    const small = [await timed(zip(good)), await timed(zip(good)), await timed(zip(good))];
    const costly = await timed(bytes);
    whole.close();
    for (const { orders, faults } of small) expect({ orders, faults }).toEqual({ orders: 1, faults: [] });
    expect(costly.ms).toBeGreaterThan(2 * Math.min(...small.map(({ ms }) => ms)));
    const short = new Reading({ ...limits, fileMs: { base: costly.ms / 4, perMb: 0 } });
    expect((await read(short, bytes)).faults).toEqual(['I60']);
    short.close();
    // A request is no import that could go on later, and is not told so.
    const request = new Reading({ ...limits, answerMs: 1 });
    expect((await read(request, bytes, 'A24')).faults).toEqual(['A24']);
    request.close();
  });
});

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

describe('a file made to fill the database', () => {
  let it: Served;
  let client: Client;
  let db: pg.Client;

  beforeAll(async () => {
    it = await serve();
    client = await it.enrolled({ code: '91500000MA5U0ABC13', name: '示例电商', role: 'seller' });
    db = new pg.Client({ connectionString: it.database.url });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await it.close();
  });

  const size = async () => {
    const { rows } = await db.query<{ mb: number }>(
      `select (pg_database_size(current_database()) / 1048576)::int as mb`,
    );
    return rows[0]!.mb;
  };

  test('one huge shared text in six hundred faulty rows stays small, and its error files come piece by piece', async () => {
    // Names no order could be without, each row with the text of a megabyte in five places.
    const huge = '长'.repeat(350_000);
    const rows = Array.from(
      { length: 600 },
      (_, i) =>
        `<row r="${i + 2}">${text(`A${i + 2}`, `A${i}`)}${['B', 'C', 'D', 'E', 'F'].map((c) => shared(`${c}${i + 2}`, 0)).join('')}</row>`,
    );
    const names = header('订单编号', '商品名称', '收货人地址', '备注', '我自己的列', '另一列');
    const bytes = workbook(names + rows.join(''), { strings: [huge] });
    expect(bytes.length).toBeLessThan(MB);
    const before = await size();
    const answer = await client.raw('POST', '/v1/imports?fileName=huge.xlsx', bytes);
    const { id } = (await answer.json()) as Import;
    const done = await eventually(
      () => client.get<Import>(`/v1/imports/${id}`),
      (i) => ['done', 'failed', 'interrupted'].includes(i.state),
      120_000,
    );
    expect(done).toMatchObject({ state: 'done', orders: 600, faulty: 600 });
    expect((await size()) - before).toBeLessThan(24);
    it.worst();

    const files = await Promise.all(
      [0, 1].map(async () =>
        Buffer.from(await (await client.raw('GET', `/v1/imports/${id}/errors-file`)).arrayBuffer()),
      ),
    );
    const sheet = await readSheet(files[0]!);
    expect(sheet).toHaveLength(601);
    expect(String(sheet[1]![1])).toHaveLength(2001);
    expect(files[1]!.length).toBe(files[0]!.length);
    const page = await client.raw('GET', `/v1/imports/${id}/verdicts?limit=200`);
    expect((await page.arrayBuffer()).byteLength).toBeLessThan(4 * MB);
    expect(it.worst().memoryMb).toBeLessThan(700);
  });
});
