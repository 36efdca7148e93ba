import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { signingText } from '../../src/paymentData/signing.js';
import { wake } from '../../src/store/store.js';
import { freeze } from '../../src/views/figures/snapshots.js';
import { judge, judgeSm2, run, scratch } from '../signing/fixtures.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { freshOrders } from '../support/sampleOrders.js';

const PLATFORM = '91500000MA5U0EBP1X';
interface Answer {
  code: string;
  message: string;
  serviceTime: number;
}
interface Request {
  sessionId: string;
  state: string;
  attempts: number;
  answer: { code: string } | null;
}

describe('raw payment data of retail imports (179)', () => {
  const folder = scratch();
  /** What customs' service got, and how it answers next. */
  const uploads: string[] = [];
  let answers: { status: number; body: string }[] = [];
  let customs: Server;
  let gateway: TestGateway;
  let seller: TestGateway['operator'];

  beforeAll(async () => {
    customs = createServer((req, res) => {
      let form = '';
      req.on('data', (part: Buffer) => (form += part.toString()));
      req.on('end', () => {
        const answer = answers.shift() ?? {
          status: 200,
          body: '{"code":"10000","message":"上传成功","total":0}',
        };
        if (req.url === '/179/realTimeDataUpload')
          uploads.push(new URLSearchParams(form).get('payExInfoStr') ?? '');
        res.writeHead(answer.status).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => customs.listen(0, '127.0.0.1', resolve));
    const { port } = customs.address() as AddressInfo;
    const orders = [...freshOrders({ count: 1 })].map((o) => ({
      ...o,
      seller: { ...o.seller, code: PLATFORM },
    }));
    gateway = await startTestGateway({
      orders,
      env: { GATEWAY_179_URL: `http://127.0.0.1:${port}/179`, GATEWAY_179_ALLOW: '127.0.0.0/8' },
    });
    const found = gateway.sellers.get(PLATFORM);
    if (!found) throw new Error('no platform');
    seller = found.client;
  }, 90_000);
  afterAll(async () => {
    await gateway?.close();
    customs?.close();
    folder.drop();
  });

  const data = (orderNo: string, transaction: string) => ({
    initalRequest: 'https://pay.example.com/gateway?trade=1&amount=199.90&名="甲"',
    initalResponse: '{"ok":true,"备注":"已支付 | 完成"}',
    ebpCode: PLATFORM,
    payCode: '91500000MA5U0PAY2Y',
    payTransactionId: transaction,
    totalAmount: '199.90000',
    currency: '142',
    verDept: '3',
    payType: '1',
    tradingTime: '20261120103000',
    orders: [
      {
        orderNo,
        goodsInfo: [
          { gname: '婴儿奶粉 900 克', itemLink: 'https://shop.example.com/i/1;https://shop.example.com/i/2' },
        ],
        recpAccount: '6222000000000001',
        recpName: '重庆示例电商平台',
      },
    ],
  });
  const ask = async (orderNo: unknown, sessionID: unknown): Promise<Answer> => {
    const body = new URLSearchParams({
      openReq: JSON.stringify({ orderNo, sessionID, serviceTime: 1544519952469 }),
    });
    const response = await gateway.operator.raw('POST', '/customs179/platDataOpen', body.toString(), {
      'Content-Type': 'application/x-www-form-urlencoded',
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Answer;
  };
  const requestOf = async (session: string): Promise<Request | undefined> =>
    (await seller.get<{ items: Request[] }>('/v1/payment-data/requests')).items.find(
      (r) => r.sessionId === session,
    );
  /** Lets the next attempt come now instead of after its pause. */
  const hurry = async (session: string) => {
    const { store } = gateway.gateway;
    await store.query('update payment_requests set next_at = now() where session_id = $1', [session]);
    await wake(store, 'dispatch');
  };
  const settled = (session: string, state: string) =>
    eventually(
      () => requestOf(session),
      (request) => request?.state === state,
    );

  test('customs asks, is answered at once, and gets the data with a signature that openssl accepts', async () => {
    await seller.post('/v1/payment-data', data('CQIMP179001', 'TX001'));
    expect(await ask('CQIMP179001', 'S-1')).toMatchObject({ code: '10000', message: '' });
    expect((await settled('S-1', 'uploaded'))?.answer).toEqual({ code: '10000', message: '上传成功' });

    const [sent = ''] = uploads.splice(0);
    const body = JSON.parse(sent) as Record<string, unknown> & {
      payExchangeInfoHead: Record<string, unknown>;
    };
    expect(body).toMatchObject({ sessionID: 'S-1', payExchangeInfoLists: [{ orderNo: 'CQIMP179001' }] });
    expect(body.payExchangeInfoHead).toMatchObject({ totalAmount: 199.9, payTransactionId: 'TX001' });
    expect(sent).toContain('"totalAmount":199.90000');

    // The signed text from the bytes that were sent, put together here and not by the gateway.
    const part = (from: string, to: string) =>
      sent.slice(sent.indexOf(from) + from.length, sent.lastIndexOf(to));
    const head = part('"payExchangeInfoHead":', ',"payExchangeInfoLists":');
    const lists = part('"payExchangeInfoLists":', ',"serviceTime":');
    const signed = `"sessionID":"S-1"||"payExchangeInfoHead":"${head}"||"payExchangeInfoLists":"${lists}"||"serviceTime":"${String(body['serviceTime'])}"`;
    const key = `${gateway.dir}/keys/${PLATFORM}/cert.pem`;
    const publicKey = folder.file('pub.pem', run('openssl', 'x509', '-in', key, '-pubkey', '-noout'));
    const value = Buffer.from(String(body['signValue']), 'base64');
    const file = folder.file('signed.txt', signed);
    const accepted =
      value.length === 64
        ? judgeSm2(folder, key, signed, value)
        : judge(
            'openssl',
            'dgst',
            '-sha1',
            '-verify',
            publicKey,
            '-signature',
            folder.file('sig', value),
            file,
          );
    expect(accepted).toMatchObject({ ok: true });
    expect(String(body['certNo'])).toMatch(/^[0-9a-f]+$/);
  });

  test('the signed text has the form that a real card signature of an accepted upload verified', () => {
    expect(
      signingText(
        'fe2374-8fnejf97-32839218',
        { head: '{"guid":"A"}', lists: '[{"orderNo":"1"}]' },
        '1533271903898',
      ),
    ).toBe(
      '"sessionID":"fe2374-8fnejf97-32839218"||"payExchangeInfoHead":"{"guid":"A"}"||"payExchangeInfoLists":"[{"orderNo":"1"}]"||"serviceTime":"1533271903898"',
    );
  });

  test('the same session again is a retry: answered with success, uploaded once', async () => {
    await seller.post('/v1/payment-data', data('CQIMP179002', 'TX002'));
    const codes = await Promise.all(Array.from({ length: 8 }, () => ask('CQIMP179002', 'S-2')));
    expect(codes.map((a) => a.code)).toEqual(Array.from({ length: 8 }, () => '10000'));
    await settled('S-2', 'uploaded');
    expect(uploads.splice(0)).toHaveLength(1);
  });

  test('a request that comes before the data waits for them', async () => {
    const { pool } = { pool: gateway.gateway.store };
    await pool.query(
      `insert into payment_requests (session_id, tenant_id, order_no, state)
       select 'S-3', id, 'CQIMP179003', 'waiting' from tenants where code = $1`,
      [PLATFORM],
    );
    await seller.post('/v1/payment-data', data('CQIMP179003', 'TX003'));
    await settled('S-3', 'uploaded');
    expect(uploads.splice(0)).toHaveLength(1);
  });

  test('an upload without an answer goes again; one that customs refuses waits for a person', async () => {
    answers = [
      { status: 502, body: 'bad gateway' },
      { status: 200, body: '{"code":"20000","message":"验签失败"}' },
    ];
    await seller.post('/v1/payment-data', data('CQIMP179004', 'TX004'));
    await ask('CQIMP179004', 'S-4');
    const unanswered = await eventually(
      () => requestOf('S-4'),
      (request) => request?.attempts === 1 && request.answer !== null,
    );
    expect(unanswered?.answer).toEqual({
      code: 'no-answer',
      message:
        '上传支付原始数据没有得到答复（HTTP 502） / The upload of raw payment data got no answer (HTTP 502)',
    });
    await hurry('S-4');
    const refused = await settled('S-4', 'refused');
    expect(refused).toMatchObject({ attempts: 2, answer: { code: '20000', message: '验签失败' } });
    await seller.post('/v1/payment-data/requests/S-4/retry');
    await settled('S-4', 'uploaded');
    uploads.splice(0);
  });

  test('a card that refused an upload, perhaps for its PIN, is not asked again until the keys are read again', async () => {
    const { signers, store } = gateway.gateway;
    const find = signers.find.bind(signers);
    let asked = 0;
    const refuse = () => {
      asked++;
      return Promise.reject(new FaultError([makeFault('S63', 'card', { codes: 'Custom50080' })]));
    };
    signers.find = (code, except) => {
      const signer = find(code, except);
      return signer && code === PLATFORM ? { ...signer, sign: refuse } : signer;
    };
    await seller.post('/v1/payment-data', data('CQIMP179005', 'TX005'));
    await ask('CQIMP179005', 'S-PIN');
    const waiting = await eventually(
      async () => {
        await hurry('S-PIN');
        return requestOf('S-PIN');
      },
      (request) => (request?.attempts ?? 0) >= 3 && request?.answer !== null,
    );
    expect(waiting?.answer).toMatchObject({ code: 'no-key', message: expect.stringContaining('S64') });
    expect(asked).toBe(1);
    // What the same key would sign here for a person is refused with the same words.
    const frozen = freeze(
      store,
      { ...gateway.gateway.figures, signerCode: PLATFORM },
      {
        kind: 'named',
        name: '核对',
        status: 'preliminary',
        from: '2026-10',
        to: '2026-10',
        chosen: {},
        by: 'x',
      },
    );
    await expect(frozen).rejects.toMatchObject({ faults: [{ code: 'S64' }] });
    expect(asked).toBe(1);
    signers.find = find;
    await gateway.operator.post('/v1/signing-keys/reload');
    await hurry('S-PIN');
    await settled('S-PIN', 'uploaded');
    uploads.splice(0);
  }, 60_000);

  test('unknown orders and unreadable requests get 20000 and learn nothing', async () => {
    for (const [orderNo, session] of [
      ['NOBODY-KNOWS', 'S-5'],
      ['x'.repeat(61), 'S-6'],
      ['CQIMP179001', 'y'.repeat(37)],
      [17, 'S-7'],
      ['CQIMP179001', ''],
    ]) {
      const answer = await ask(orderNo, session);
      expect(answer.code).toBe('20000');
      expect(JSON.stringify(answer)).not.toContain('pay.example.com');
    }
    const raw = await gateway.operator.raw('POST', '/customs179/platDataOpen', 'openReq=%7Bnot%20json', {
      'Content-Type': 'application/x-www-form-urlencoded',
    });
    expect(await raw.json()).toMatchObject({ code: '20000' });
  });

  test('data kept once are evidence: the same transaction with other data changes nothing', async () => {
    const first = await seller.post<{ id: string; stored: boolean }>(
      '/v1/payment-data',
      data('CQIMP179008', 'TX008'),
    );
    const again = await seller.post<{ id: string; stored: boolean }>('/v1/payment-data', {
      ...data('CQIMP179008', 'TX008'),
      totalAmount: '1',
    });
    expect(first.stored).toBe(true);
    expect(again).toEqual({ id: first.id, stored: false });
  });
});

test('a gateway that allows no address has no door for customs requests', async () => {
  const gateway = await startTestGateway({ workers: false });
  try {
    const response = await gateway.operator.raw('POST', '/customs179/platDataOpen', 'openReq=%7B%7D', {
      'Content-Type': 'application/x-www-form-urlencoded',
    });
    expect(response.status).toBe(404);
  } finally {
    await gateway.close();
  }
});
