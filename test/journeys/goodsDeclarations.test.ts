import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import writeExcelFile from 'write-excel-file/node';
import type { z } from 'zod';
import { auditFigures } from '../../src/figures/audit.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { countStranded } from '../../src/sweeps/sweep.js';
import type { goodsFormsSchema } from '../../src/views/forms/shapes.js';
import type { Client } from '../support/client.js';
import { generalOrder, inspectedOrder, plainOrder } from '../support/declarations.js';
import { pdfText } from '../support/pdfText.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationOf,
  declarationWhere,
  documentOf,
  handIn,
  statusesOf,
  trayOf,
  type Declaration,
  type Import,
  type Totals,
} from '../support/journey.js';

const log = pino({ level: 'silent' });
const DECLARATION = 'DecMessage';
const APPLICATION = 'EEntDeclIo';
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  // The operator's consent to declare directly; drafts stay the default.
  process.env.GATEWAY_DEC_SIGN = 'message';
  const orders = [inspectedOrder('0')];
  it = await startTestGateway({ orders });
  client = it.sellers.get(orders[0]?.seller.code ?? '')!.client;
});
afterAll(() => it.close());

const handOver = async (order: ReturnType<typeof inspectedOrder>) => (await handIn(client, [order]))[0] ?? '';
const ended = (id: string, verdict: string) => declarationWhere(client, id, (d) => d.verdict === verdict);

const keyOf = async (id: string, type: string): Promise<string> => {
  const { rows } = await it.gateway.store.query<{ document_key: string }>(
    'select document_key from documents where declaration_id = $1 and message_type = $2 and current',
    [id, type],
  );
  return rows[0]?.document_key ?? '';
};
const numbersOf = async (id: string): Promise<Record<string, string>> => {
  const { rows } = await it.gateway.store.query<{ kind: string; value: string }>(
    'select n.kind, n.value from document_numbers n join documents d on d.id = n.document_id where d.declaration_id = $1',
    [id],
  );
  return Object.fromEntries(rows.map((r) => [r.kind, r.value]));
};
const tasksOf = async (id: string) =>
  (
    await it.gateway.store.query<{ result: string | null; ordered_at: Date; result_at: Date | null }>(
      'select result, ordered_at, result_at from inspection_tasks where declaration_id = $1',
      [id],
    )
  ).rows;

const tell = async (...files: string[]): Promise<void> => {
  await storeRaw(
    it.gateway.store,
    files.map((xml, i) => ({ id: String(i), origin: 'test', bytes: Buffer.from(xml) })),
  );
  await applyReceipts(it.gateway.store, it.gateway.journey.applyContext(log), 50);
  await eventually(
    async () => (await it.gateway.store.query(`select 1 from raw_receipts where state = 'stored'`)).rows,
    (rows) => rows.length === 0,
  );
};
const response = (key: string, seqNo: string, code = '0') =>
  `<ns2:DecImportResponse xmlns:ns2="http://www.chinaport.gov.cn/dec"><ns2:ResponseCode>${code}</ns2:ResponseCode><ns2:ErrorMessage/><ns2:ClientSeqNo>${key}</ns2:ClientSeqNo><ns2:SeqNo>${seqNo}</ns2:SeqNo></ns2:DecImportResponse>`;
const result = (seqNo: string, channel: string, at: string, entryId = '') =>
  `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><ENTRY_ID>${entryId}</ENTRY_ID><NOTICE_DATE>${at}</NOTICE_DATE><CHANNEL>${channel}</CHANNEL><NOTE>${channel}</NOTE></DEC_RESULT>`;

describe('an inspected shipment goes in one submission through both tracks', () => {
  test('order, application and declaration go one after the other, and end in one clearance', async () => {
    const id = await handOver(inspectedOrder('101'));
    const done = await ended(id, 'cleared');
    expect(done.documents.map((d) => [d.messageType, d.verdict])).toEqual([
      ['CEB303Message', 'accepted'],
      [APPLICATION, 'accepted'],
      [DECLARATION, 'cleared'],
    ]);
    expect(statusesOf(done, APPLICATION).sort()).toEqual(['1000', '1300', '1300+', 'response:0']);
    const numbers = await numbersOf(id);
    expect(Object.keys(numbers).sort()).toEqual([
      'ciqRelationNo',
      'clBlNo',
      'cusCiqNo',
      'entDealNo',
      'entryId',
      'seqNo',
    ]);
    expect(numbers.clBlNo).toBe(`${numbers.entDealNo}001`);
    // Each of them, and our own numbers, finds the declaration again; another's finds nothing of it.
    for (const number of [
      ...Object.values(numbers),
      await keyOf(id, DECLARATION),
      await keyOf(id, APPLICATION),
    ]) {
      const { items } = await client.get<{ items: { id: string }[] }>(
        `/v1/declarations?q=${number.toLowerCase()}`,
      );
      expect([number, items.map((one) => one.id)]).toEqual([number, [id]]);
    }
    // The whole stands in the words of the declaration, alone and in the list.
    const { items } = await client.get<{ items: Declaration[] }>(`/v1/declarations?q=${numbers.entryId}`);
    const words = documentOf(done, DECLARATION).status?.text;
    expect(words?.zh).not.toContain('未知');
    expect([done.status?.text, items[0]?.status?.text]).toEqual([words, words]);
    // The declaration was written with the ledger that the receipt of the application gave.
    const { rows } = await it.gateway.store.query<{ bytes: Buffer }>(
      `select m.bytes from messages m join documents d on d.message_id = m.id where d.declaration_id = $1 and d.message_type = $2`,
      [id, DECLARATION],
    );
    expect(rows[0]?.bytes.toString()).toContain(`<CertCode>${numbers.clBlNo}</CertCode>`);
  });

  test('its lines count once, like those of a list', async () => {
    const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
    const before = (await client.get<Totals>(`/v1/totals?from=${month}&to=${month}`)).sum;
    const id = await handOver(inspectedOrder('102'));
    await ended(id, 'cleared');
    const after = (await client.get<Totals>(`/v1/totals?from=${month}&to=${month}`)).sum;
    expect(after.orders - before.orders).toBe(1);
    const { rows } = await it.gateway.store.query<{ n: number; kind: string }>(
      `select count(*)::int as n, min(source_kind) as kind from counting_records
        where source_id = $1 and ended_batch is null and measure = 'counted'`,
      [id],
    );
    expect(rows).toEqual([{ n: 1, kind: 'goods-declaration' }]);
  });

  test('an inspected shipment is not shown released while its application is missing', async () => {
    const id = await handOver(inspectedOrder('103', '-SBDECQUIET'));
    await declarationWhere(client, id, (d) => documentOf(d, DECLARATION).delivery === 'sent');
    const key = await keyOf(id, DECLARATION);
    const application = await keyOf(id, APPLICATION);
    const ledger = (await numbersOf(id)).clBlNo ?? '';
    // Inspection takes its application back, customs releases all the same: the whole is not released.
    await tell(
      `<Ciqresult><CusCiqNo>${application}</CusCiqNo><EntDealNo/><ClBlNo/><OperTime>2026-11-21 09:00:00</OperTime><RspCodes>1100</RspCodes><RspInfo>撤单</RspInfo></Ciqresult>`,
      response(key, 'Z00000000000010301'),
      result('Z00000000000010301', 'P', '2026-11-21T10:00:00'),
    );
    const shown = await declarationOf(client, id);
    expect(documentOf(shown, DECLARATION).verdict).toBe('released');
    expect(shown.verdict).toBe('refused');
    expect(shown.releasedAt).toBeNull();
    // Applied for again and accepted: now it is, from the moment customs released it.
    await client.post(`/v1/declarations/${id}/resubmit`, {
      changes: { 'application.ITF_DCL_IO_DECL.SpeclInspQuraRe': '更正后重新申请' },
      reason: '重新申请',
    });
    const released = await ended(id, 'released');
    expect(released.releasedAt).toBe('2026-11-21T02:00:00.000Z');
    expect(documentOf(released, APPLICATION).verdict).toBe('accepted');
    expect(ledger).toMatch(/^226N\d{11}001$/);
  });

  test('an application that was refused is corrected and applied for again, then the declaration goes', async () => {
    const id = await handOver(inspectedOrder('104', '-SBCIQREFUSE'));
    const refused = await declarationWhere(
      client,
      id,
      (d) => documentOf(d, APPLICATION).verdict === 'refused',
    );
    expect(refused.attention).toBe(true);
    const first = await keyOf(id, APPLICATION);
    await client.post(`/v1/declarations/${id}/resubmit`, {
      changes: { 'lines[0].lotNo': 'L20261102' },
      reason: '厂检单批号更正',
    });
    await ended(id, 'cleared');
    expect(await keyOf(id, APPLICATION)).not.toBe(first);
  });
});

describe('customs orders an inspection', () => {
  test('one task, however often it is said; it ends with the release and knows how long it took', async () => {
    const id = await handOver(plainOrder('201', '-SBINSPECT'));
    await ended(id, 'cleared');
    const tasks = await tasksOf(id);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]?.result).toBe('passed');
    const { cusCiqNo = '' } = await numbersOf(id);
    const at = (d: Date | null | undefined) =>
      new Date((d?.getTime() ?? 0) + 8 * 3_600_000).toISOString().slice(0, 19);
    await tell(result(cusCiqNo, 'C', at(tasks[0]?.ordered_at)), result(cusCiqNo, 'C', '2026-12-31T00:00:00'));
    expect(await tasksOf(id)).toEqual(tasks);
  });
});

describe('receipts in any order give one state', () => {
  const real = ['7', 'L', 'J', 'P', 'R'];
  const moment: Record<string, string> = {
    '7': '2026-11-20T20:58:36',
    L: '2026-11-20T20:58:37',
    J: '2026-11-20T20:58:44',
    P: '2026-11-21T09:18:33',
    R: '2026-11-21T09:18:33',
  };
  const orders: string[][] = [
    ['7', 'L', 'J', 'R', 'P'],
    ['R', 'P', 'J', 'L', '7'],
    ['P', '7', 'R', 'J', 'L'],
  ];

  /** A declaration that stands at the counter and has heard nothing yet. */
  async function quiet(number: string): Promise<{ id: string; key: string }> {
    const id = await handOver(plainOrder(number, '-SBDECQUIET'));
    await declarationWhere(client, id, (d) => documentOf(d, DECLARATION).delivery === 'sent');
    return { id, key: await keyOf(id, DECLARATION) };
  }
  const stateOf = (d: Declaration) => ({
    verdict: d.verdict,
    status: documentOf(d, DECLARATION).status?.status,
    released: d.releasedAt,
    entry: d.invtNo,
  });

  test('the real order of 2023, P and R in the same second with R first, and any other end cleared', async () => {
    const seen: unknown[] = [];
    for (const [n, order] of [real, ...orders].entries()) {
      const { id, key } = await quiet(`30${n}`);
      const seqNo = `Z0000000000003010${n}`;
      const files = order.map((code) => result(seqNo, code, moment[code] ?? '', `80112026000000000${n}`));
      // The number becomes known in the middle: what came before waits in the tray and finds its document.
      await tell(...files.slice(0, 2));
      await tell(response(key, seqNo), ...files.slice(2));
      seen.push(stateOf(await declarationOf(client, id)));
      expect((await trayOf(client)).length).toBe(0);
    }
    expect(seen[0]).toMatchObject({ verdict: 'cleared', status: 'R' });
    for (const [n, state] of seen.entries())
      expect(state).toEqual({ ...(seen[0] as object), entry: `80112026000000000${n}` });
  });

  test('R that customs hands out before P of the same second ends cleared, and released at that second', async () => {
    const id = await handOver(plainOrder('402', '-SBRFIRST'));
    const done = await ended(id, 'cleared');
    expect(statusesOf(done, DECLARATION)).toEqual(expect.arrayContaining(['P', 'R']));
    const { rows } = await it.gateway.store.query<{ return_status: string; at: Date }>(
      `select r.return_status, r.return_time as at from receipts r join documents d on d.id = r.document_id
        where d.declaration_id = $1 and r.return_status in ('P', 'R') order by r.raw_id`,
      [id],
    );
    expect(rows.map((r) => r.return_status)).toEqual(['R', 'P']);
    expect(rows.map((r) => r.at.toISOString())).toEqual([done.releasedAt, done.releasedAt]);
  });

  test('a code nobody knows is kept and shown, and changes nothing', async () => {
    const id = await handOver(plainOrder('401', '-SBCHANNEL'));
    const done = await ended(id, 'cleared');
    const entry = done.timeline.find((e) => e.kind === 'receipt' && e.status?.status === 'x7');
    expect(entry?.status?.text.zh).toContain('未知回执代码 x7');
    // Of all the codes both tracks have said so far it is the only one that cannot be explained.
    const { items } = await client.get<{ items: { receiptType: string; status: string }[] }>(
      '/v1/refusals/unknown',
    );
    expect(items.map(({ receiptType, status }) => [receiptType, status])).toEqual([['DEC_RESULT', 'x7']]);
  });
});

describe('what customs sends back or takes off the books', () => {
  test.each(['-SBDECE', '-SBDECZ'])(
    '%s reopens the declaration; it goes again under a new number',
    async (marker) => {
      const id = await handOver(plainOrder(marker === '-SBDECE' ? '501' : '502', marker));
      await ended(id, 'refused');
      const first = await keyOf(id, DECLARATION);
      const { actions } = await client.get<{ actions: { action: string; allowed: boolean }[] }>(
        `/v1/declarations/${id}/actions`,
      );
      expect(actions.find((a) => a.action === 'resubmit')?.allowed).toBe(true);
      await client.post(`/v1/declarations/${id}/resubmit`, {
        changes: { 'declaration.DecHead.NoteS': '已补充' },
        reason: '按退单原因更正',
      });
      await ended(id, 'cleared');
      const second = await keyOf(id, DECLARATION);
      expect(second).not.toBe(first);
      expect(second).toMatch(/^\d{18}$/);
    },
  );

  test('a declaration deleted after release counts no more, and nothing moves it from there', async () => {
    const id = await handOver(plainOrder('503', '-SBDECD'));
    const gone = await ended(id, 'refused');
    expect(documentOf(gone, DECLARATION).status?.status).toBe('D');
    expect(gone.releasedAt ?? null).toBeNull();
    const { rows } = await it.gateway.store.query<{ measure: string }>(
      `select distinct measure from counting_records where source_id = $1 and ended_batch is null`,
      [id],
    );
    expect(rows.filter((r) => r.measure === 'counted')).toEqual([]);
    const { cusCiqNo = '' } = await numbersOf(id);
    await tell(result(cusCiqNo, 'P', '2026-12-31T00:00:00'));
    expect((await declarationOf(client, id)).verdict).toBe('refused');
  });

  test('what customs holds is not changed by a message: the answer names 修撤单', async () => {
    const id = await handOver(plainOrder('504'));
    await ended(id, 'cleared');
    const { actions } = await client.get<{
      actions: { action: string; allowed: boolean; reason?: { code: string } }[];
    }>(`/v1/declarations/${id}/actions`);
    expect(actions.find((a) => a.action === 'withdraw')).toMatchObject({
      allowed: false,
      reason: { code: 'T46' },
    });
    // Who asks for it all the same is told the same, and where to go.
    for (const [action, body, code] of [
      ['withdraw', { reason: '撤单' }, 'T46'],
      ['return', { reason: '退货', lines: [{ gnum: '1', qty: '1' }] }, 'T47'],
    ] as const) {
      const answer = await client.raw('POST', `/v1/declarations/${id}/${action}`, JSON.stringify(body), {
        'Content-Type': 'application/json',
      });
      expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining(code)]);
    }
  });
});

test('a draft that lacks what only a person knows waits, and leaves when it is completed', async () => {
  const order = { ...plainOrder('601'), declaration: { DecHead: { AgentCode: '5001986H01' } } };
  const id = await handOver(order);
  const waiting = await declarationWhere(
    client,
    id,
    (d) => documentOf(d, 'CEB303Message').verdict === 'accepted',
  );
  expect(documentOf(waiting, DECLARATION).waitingFor).toMatchObject({ reason: 'draft' });
  expect(waiting.stage).toBe('draft');
  expect(waiting.cause?.text.zh).toBe('草稿尚未填写完整');
  await client.post(`/v1/declarations/${id}/corrections`, {
    changes: {
      'declaration.DecHead.TypistNo': '8630000012345',
      'declaration.DecHead.InputerName': '李示例',
      'declaration.DecHead.DeclareName': '李示例',
    },
    reason: '补填操作员',
  });
  await ended(id, 'cleared');
});

test('attachments are kept with their hash, named in the declaration, and what has left no longer changes', async () => {
  const order = { ...plainOrder('701'), declaration: { DecHead: { AgentCode: '5001986H01' } } };
  const id = await handOver(order);
  const put = (query: string, body: string) =>
    client.raw('POST', `/v1/declarations/${id}/attachments?${query}`, body, {
      'Content-Type': 'application/pdf',
    });
  const invoice = await put('kind=00000001&fileName=invoice.pdf', '%PDF-1.4 invoice');
  expect(invoice.status).toBe(201);
  const made = (await invoice.json()) as {
    id: string;
    name: string;
    sha256: string;
    kindText: { zh: string };
  };
  expect(made.kindText.zh).toBe('发票');
  expect(made.name).toMatch(/^801300000001IM\d{18}\.pdf$/);
  // The same file again stays one; what is no PDF is refused.
  expect(
    ((await (await put('kind=00000001&fileName=again.pdf', '%PDF-1.4 invoice')).json()) as { name: string })
      .name,
  ).toBe(made.name);
  expect((await put('kind=00000002&fileName=list.xlsx', 'PK')).status).toBe(422);
  await client.post(`/v1/declarations/${id}/corrections`, {
    changes: {
      'declaration.DecHead.TypistNo': '8630000012345',
      'declaration.DecHead.InputerName': '李示例',
      'declaration.DecHead.DeclareName': '李示例',
    },
    reason: '补填操作员',
  });
  await ended(id, 'cleared');
  const { rows } = await it.gateway.store.query<{ bytes: Buffer; n: number }>(
    `select m.bytes, cardinality(m.attachments) as n from messages m join documents d on d.message_id = m.id
      where d.declaration_id = $1 and d.message_type = $2`,
    [id, DECLARATION],
  );
  expect(rows[0]?.n).toBe(1);
  expect(rows[0]?.bytes.toString()).toContain(
    `<EdocRealation><EdocID>${made.name}</EdocID><EdocCode>00000001</EdocCode><EdocFomatType>US</EdocFomatType>`,
  );
  expect((await put('kind=00000002&fileName=late.pdf', '%PDF-1.4 late')).status).toBe(422);
  const removed = await client.raw('DELETE', `/v1/attachments/${made.id}`);
  expect([removed.status, await removed.text()]).toEqual([422, expect.stringContaining('G23')]);
});

test('a declaration that is to be declared directly, handed in as a file, leaves signed and says what is not established', async () => {
  const order = plainOrder('751');
  const file = Buffer.from(
    JSON.stringify([{ ...order, declaration: { ...order.declaration, DecSign: { OperType: 'C' } } }]),
  );
  const { id } = await client.upload<{ id: string }>('/v1/imports?fileName=direct.json', file);
  const done = await eventually(
    () => client.get<Import>(`/v1/imports/${id}`),
    ({ state }) => state === 'done',
  );
  expect([done.accepted, done.faulty]).toEqual([1, 0]);
  const { items } = await client.get<{ items: Declaration[] }>(`/v1/declarations?q=${order.orderNo}`);
  const declared = await ended(items[0]?.id ?? '', 'cleared');
  expect(declared.notices.map(({ notice }) => notice.code)).toContain('G11');
  const { rows } = await it.gateway.store.query<{ bytes: Buffer }>(
    `select m.bytes from messages m join documents d on d.message_id = m.id where d.declaration_id = $1 and d.message_type = $2`,
    [declared.id, DECLARATION],
  );
  expect(rows[0]?.bytes.toString()).toMatch(/<OperType>C<\/OperType>.*<Sign>[A-Za-z0-9+/=]{80,}<\/Sign>/s);
});

test('the work list shows open inspections, fresh goods first, and the time from arrival to result', async () => {
  const id = await handOver(plainOrder('801', '-SBDECQUIET'));
  const fresh = plainOrder('802', '-SBDECQUIET');
  const cherries = await handOver({
    ...fresh,
    lines: fresh.lines.map((line) => ({ ...line, gcode: '0809290000', gname: '樱桃' })),
  });
  for (const [n, one] of [id, cherries].entries()) {
    await declarationWhere(client, one, (d) => documentOf(d, DECLARATION).delivery === 'sent');
    await tell(
      response(await keyOf(one, DECLARATION), `Z0000000000008010${n}`),
      result(`Z0000000000008010${n}`, 'C', `2026-11-21T08:0${n}:00`),
    );
  }
  interface Tasks {
    items: { id: string; declarationId: string; fresh: boolean; result: string | null; minutes: number }[];
    minutes: { fresh: number | null };
  }
  const open = await client.get<Tasks>('/v1/inspection-tasks');
  expect(open.items.filter((t) => [id, cherries].includes(t.declarationId)).map((t) => t.fresh)).toEqual([
    true,
    false,
  ]);
  const task = open.items.find((t) => t.declarationId === cherries);
  await client.post(`/v1/inspection-tasks/${task?.id ?? ''}/arrival`, { at: '2026-11-21T00:30:00Z' });
  await tell(result('Z00000000000080101', 'P', '2026-11-21T09:15:00'));
  const done = await client.get<Tasks>('/v1/inspection-tasks?state=done');
  // 08:30 to 09:15 in Shanghai.
  expect(done.items.find((t) => t.declarationId === cherries)).toMatchObject({
    result: 'passed',
    minutes: 45,
  });
  expect(
    (await client.get<Tasks>('/v1/inspection-tasks')).items.some((t) => t.declarationId === cherries),
  ).toBe(false);
});

test('a licence of the goods comes from an Excel of the goods master into the message, with its line; one that ended is named before', async () => {
  const [line] = plainOrder('').lines;
  const upload = async (until: string) => {
    const rows = [
      ['商品货号', '许可证类别代码', '产品资质编号', '产品资质有效期至'],
      [line?.itemNo ?? '', '411', '5000/13001', until],
    ];
    const table = rows.map((row) => row.map((value) => ({ value, type: String })));
    const file = await writeExcelFile(table, { sheet: '商品档案' }).toBuffer();
    const answer = await client.raw('POST', '/v1/goods/import?fileName=goods.xlsx', file);
    expect([answer.status, await answer.json()]).toMatchObject([200, { faults: [], unread: [] }]);
  };
  await upload('2026-01-31');
  const refused = await client.raw('POST', '/v1/orders', JSON.stringify(plainOrder('701L')), {
    'Content-Type': 'application/json',
  });
  expect(await refused.text()).toContain('"code":"R427"');
  await upload('2031-01-31');
  const id = await handOver(plainOrder('702L'));
  await ended(id, 'cleared');
  const { rows } = await it.gateway.store.query<{ bytes: Buffer }>(
    `select m.bytes from messages m join documents d on d.message_id = m.id where d.declaration_id = $1 and d.message_type = $2`,
    [id, DECLARATION],
  );
  expect(rows[0]?.bytes.toString()).toContain(
    '<DecGoodsLimits><DecGoodsLimit><GoodsNo>1</GoodsNo><LicTypeCode>411</LicTypeCode><LicenceNo>5000/13001</LicenceNo></DecGoodsLimit></DecGoodsLimits>',
  );
});

test('general export goes by goods declaration alone, is cleared, and is not in the figures of cross-border e-commerce', async () => {
  const id = await handOver(generalOrder('101'));
  const done = await ended(id, 'cleared');
  expect(done.documents.map((d) => d.messageType)).toEqual([DECLARATION]);
  const { rows } = await it.gateway.store.query<{ bytes: string }>(
    `select convert_from(m.bytes, 'UTF8') as bytes from messages m join documents d on d.message_id = m.id where d.declaration_id = $1`,
    [id],
  );
  expect(rows[0]?.bytes).toContain('<TradeMode>0110</TradeMode>');
  expect(rows[0]?.bytes).not.toContain('10000004');
  const counted = await it.gateway.store.query('select 1 from counting_records where source_id = $1', [id]);
  expect(counted.rows).toEqual([]);
  // Nor is it taken for one that waits for its record.
  const stranded = await countStranded(it.gateway.store, it.gateway.journey.sweepContext());
  expect(stranded.find(({ name }) => name === 'uncounted')).toMatchObject({ count: 0 });
  // Its form fills a page to the last line and makes no empty one behind it.
  const pdf = await client.raw('GET', `/v1/declarations/${id}/form.pdf`);
  expect(pdfText(Buffer.from(await pdf.arrayBuffer())).replace(/\s/g, '')).toContain('第1页，共1页');
  expect((await auditFigures(it.gateway.store)).differences).toEqual([]);
});

describe('the forms of a declaration, cell by cell', () => {
  type Forms = z.output<typeof goodsFormsSchema>;
  const formsOf = (id: string) => client.get<Forms>(`/v1/declarations/${id}/forms`);
  const fieldsIn = (forms: Forms, message: string) =>
    (forms.forms.find((f) => f.messageType === message)?.sections ?? []).flatMap(({ cells, list }) => [
      ...cells.flatMap(({ fields }) => fields),
      ...(list?.entries ?? []).flatMap((entry) => [
        ...entry.cells.flatMap(({ fields }) => fields),
        ...entry.more,
      ]),
    ]);
  const fieldOf = (forms: Forms, name: string) => fieldsIn(forms, DECLARATION).find((f) => f.name === name);

  test('each says who says it and which correction changes it; what is completed so goes', async () => {
    const id = await handOver({
      ...plainOrder('901'),
      declaration: { DecHead: { AgentCode: '5001986H01' } },
    });
    const asked = await formsOf(id);
    const missing = fieldsIn(asked, DECLARATION).filter((f) => f.need === 'draft' && f.value === '');
    expect(missing.map((f) => f.name).sort()).toEqual(['DeclareName', 'InputerName', 'TypistNo']);
    expect(asked.forms[0]?.missing.draft).toBe(3);
    expect(fieldOf(asked, 'GrossWet')).toMatchObject({ origin: 'order', edit: { path: 'list.grossWeight' } });
    expect(fieldOf(asked, 'TransMode')).toMatchObject({ origin: 'default', text: { zh: 'FOB' } });
    expect(fieldOf(asked, 'DestinationCountry')).toMatchObject({
      value: 'CHN',
      origin: 'default',
      text: { zh: '中国', en: 'China' },
    });
    expect(fieldOf(asked, 'AgentCode')).toMatchObject({ origin: 'given', value: '5001986H01' });
    // What names the order is not changed here.
    expect(fieldOf(asked, 'TradeName')?.edit?.path).toBe('seller.name');
    expect(fieldOf(asked, 'TradeMode')).toMatchObject({ value: '9710', edit: null });
    const correct = (changes: Record<string, string | null>) =>
      client.post(`/v1/declarations/${id}/corrections`, { changes, reason: '补填报关单' });
    // A part of it is kept and goes nowhere; an entry of a list comes, and another goes again.
    await correct({
      [missing[0]?.edit?.path ?? '']: '8630000012345',
      'declaration.DecContainers[0].ContainerId': 'TGHU1234567',
      'declaration.DecContainers[1].ContainerId': 'TGHU7654321',
      'declaration.DecContainers[1].ContainerMd': '21',
      'declaration.DecContainers[1].GoodsNo': '1',
    });
    const list = (forms: Forms) => forms.forms[0]?.sections.find((s) => s.id === 'containers')?.list;
    const half = await formsOf(id);
    const told = (await declarationOf(client, id)).timeline.flatMap((e) => e.changes ?? []);
    expect(told.map((c) => c.label.zh)).toContain('集装箱号（第 2 项）');
    expect(list(half)?.entries.map((e) => e.remove)).toEqual([
      'declaration.DecContainers[0]',
      'declaration.DecContainers[1]',
    ]);
    expect(documentOf(await declarationOf(client, id), DECLARATION).waitingFor?.reason).toBe('draft');
    await correct({ 'declaration.DecContainers[0]': null });
    const kept = await formsOf(id);
    expect(list(kept)?.entries).toHaveLength(1);
    expect(list(kept)?.add?.next).toBe(2);
    await correct(
      Object.fromEntries(
        fieldsIn(kept, DECLARATION)
          .filter((f) => f.need === 'draft' && f.value === '')
          .map((f) => [f.edit?.path ?? '', '李示例']),
      ),
    );
    await ended(id, 'cleared');
    const { rows } = await it.gateway.store.query<{ bytes: Buffer }>(
      `select m.bytes from messages m join documents d on d.message_id = m.id where d.declaration_id = $1 and d.message_type = $2`,
      [id, DECLARATION],
    );
    expect(rows[0]?.bytes.toString().match(/<ContainerId>/g)).toEqual(['<ContainerId>']);
    const done = await formsOf(id);
    expect(done.forms[0]?.numbers.every(({ value }) => value === null)).toBe(false);
    const pdf = await client.raw('GET', `/v1/declarations/${id}/form.pdf`);
    const bytes = Buffer.from(await pdf.arrayBuffer());
    const words = pdfText(bytes).replace(/\s/g, '');
    for (const said of ['出口货物报关单', '境内发货人', 'TGHU7654321', '火锅底料', '李示例'])
      expect([said, words.includes(said)]).toEqual([said, said !== 'TGHU7654321']);
  });

  test('a goods line that is taken out takes what was given for it along', async () => {
    const [line] = plainOrder('902').lines;
    const order = plainOrder('902', '-SBDECQUIET');
    const id = await handOver({
      ...order,
      goodsValue: String(2 * Number(order.goodsValue)),
      lines: [line!, { ...line!, gnum: '2' }],
      declaration: { DecHead: { AgentCode: '5001986H01' }, DecLists: [{ CiqName: '甲' }, { CiqName: '乙' }] },
    });
    await declarationWhere(client, id, (d) => documentOf(d, 'CEB303Message').verdict === 'accepted');
    await client.post(`/v1/declarations/${id}/corrections`, {
      changes: { 'lines[0]': null, goodsValue: order.goodsValue ?? '' },
      reason: '删除一项',
    });
    const forms = await formsOf(id);
    expect(
      fieldsIn(forms, DECLARATION)
        .filter((f) => f.name === 'CiqName')
        .map((f) => f.value),
    ).toEqual(['乙']);
  });
});
