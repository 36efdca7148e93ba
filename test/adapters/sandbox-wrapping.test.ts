import { describe, expect, test } from '@jest/globals';
import { cebMessage, fixtureDxpId, type FixtureMessage } from '../support/cebFixtures.js';
import { SandboxBench } from '../support/sandboxBench.js';
import { SandboxClient, statusesOf } from '../support/sandboxClient.js';

const bench = new SandboxBench();

interface Wrapper {
  copMsgId?: string;
  senderId?: string;
  receiverId?: string;
  msgType?: string;
  data?: string;
}

/** The wrapper of a terminal node, written by hand. */
function dxpMsg(message: FixtureMessage, over: Wrapper = {}): Buffer {
  const receiver = over.receiverId ?? 'DXPEDCCEB0000003';
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<dxp:DxpMsg xmlns:dxp="http://www.chinaport.gov.cn/dxp" ver="1.0">` +
      `<dxp:TransInfo><dxp:CopMsgId>${over.copMsgId ?? 'OUR-1'}</dxp:CopMsgId>` +
      `<dxp:SenderId>${over.senderId ?? fixtureDxpId}</dxp:SenderId>` +
      `<dxp:ReceiverIds><dxp:ReceiverId>${receiver}</dxp:ReceiverId></dxp:ReceiverIds>` +
      `<dxp:CreatTime>2026-11-20T10:00:00</dxp:CreatTime>` +
      `<dxp:MsgType>${over.msgType ?? message.messageType}</dxp:MsgType></dxp:TransInfo>` +
      `<dxp:Data>${over.data ?? message.bytes.toString('base64')}</dxp:Data></dxp:DxpMsg>`,
  );
}

const dxpMsgSv = (message: FixtureMessage): Buffer =>
  Buffer.from(
    `<DxpMsgSv xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><SvNo Ver="1.0">` +
      `<MsgId>80010000202611201000000000000001</MsgId><SendTime>2026-11-20T10:00:01</SendTime>` +
      `<EndNode>80000000</EndNode><StaNode>80010000</StaNode></SvNo>` +
      `${dxpMsg(message)
        .toString('utf8')
        .replace(/<\?xml.*\n/, '')}</DxpMsgSv>`,
  );

const opened = (text: string): string =>
  Buffer.from(/<Data>([^<]*)</.exec(text)?.[1] ?? '', 'base64').toString('utf8');

const post = async (bytes: Buffer) => {
  const response = await bench.client.post({ bytes });
  return { status: response.status, body: (await response.json()) as { copMsgId?: string; reason?: string } };
};

describe('wrapped messages', () => {
  test.each([
    ['DxpMsg', dxpMsg],
    ['DxpMsgSv', dxpMsgSv],
  ])('a %s is taken under its CopMsgId and answered wrapped, from the export side', async (_name, wrap) => {
    const { order } = bench.four();
    const answer = await post(wrap(bench.orders(order)));
    expect(answer).toMatchObject({ status: 202, body: { copMsgId: 'OUR-1' } });
    const files = await bench.client.drain();
    expect(files.length).toBe(3);
    for (const { text } of files) {
      expect(text).toContain('<SenderId>DXPEDCCEB0000003</SenderId>');
      expect(text).toContain(`<ReceiverId>${fixtureDxpId}</ReceiverId>`);
      expect(text).toContain('<MsgType>CEB304Message</MsgType>');
    }
    const inner = files.map(({ text }) => ({ text: opened(text) }));
    expect(statusesOf(inner, 'CEB304Message')).toEqual(['2', '3', '120']);
  });

  test('import receipts come from the import side', async () => {
    const message = bench.message('CEB311Message', bench.importFour().order);
    await post(dxpMsg(message, { receiverId: 'DXPEDCCEB0000002' }));
    const [file] = await bench.client.drain();
    expect(file?.text).toContain('<SenderId>DXPEDCCEB0000002</SenderId>');
  });

  test('a plain message is answered plainly', async () => {
    const [file] = await bench.answersTo(bench.orders(bench.four().order));
    expect(file?.text).not.toContain('DxpMsg');
  });

  test('an unreadable message in a wrapper gets a wrapped 900 with the CopMsgId of the wrapper', async () => {
    const data = Buffer.from('<ceb:CEB303Message>').toString('base64');
    await post(dxpMsg(bench.orders(bench.four().order), { copMsgId: 'OUR-2', data }));
    const [file] = await bench.client.drain();
    expect(opened(file?.text ?? '')).toContain('oriCopMsgId>OUR-2<');
  });

  test('the message decides what is a duplicate, not the wrapper', async () => {
    const message = bench.orders(bench.four().order);
    expect((await post(dxpMsg(message))).status).toBe(202);
    expect((await post(dxpMsg(message, { copMsgId: 'OUR-3' }))).status).toBe(409);
    expect((await post(message.bytes)).status).toBe(409);
  });

  test('a DOCTYPE inside the wrapper is refused like any other', async () => {
    const data = Buffer.from('<!DOCTYPE x><x/>').toString('base64');
    const answer = await post(dxpMsg(bench.orders(bench.four().order), { data }));
    expect(answer).toMatchObject({ status: 400, body: { reason: 'doctype' } });
  });

  test.each([
    ['0001', 'Data that is not Base64', { data: '清单' }],
    ['0002', 'a wrapper outside its schema', { senderId: 'D'.repeat(17) }],
    ['0999', 'a MsgType that is not the message', { msgType: 'CEB403Message' }],
    ['2001', 'an unknown receiver', { receiverId: 'DXPEDCCEB0000009' }],
    ['2002', 'an export message to the import side', { receiverId: 'DXPEDCCEB0000002' }],
    ['2999', 'a sender who is not the dxpId of the message', { senderId: 'DXPENT0000099999' }],
  ] as const)(
    '%s: %s is answered by a DxpRep with the original head, not by receipts',
    async (code, _what, over) => {
      expect((await post(dxpMsg(bench.orders(bench.four().order), over))).status).toBe(202);
      const files = await bench.client.drain();
      expect(files.length).toBe(1);
      expect(files[0]?.fileName).toMatch(/^DxpRep_/);
      expect(files[0]?.text).toContain(`<ResponseCode>${code}</ResponseCode>`);
      expect(files[0]?.text).toMatch(/<OriHead><CopMsgId>OUR-1<\/CopMsgId><SenderId>/);
      expect((await bench.client.state()).documents).toEqual({});
    },
  );

  test('a corrected wrapper may use the CopMsgId of the wrong one', async () => {
    const message = bench.orders(bench.four().order);
    await post(dxpMsg(message, { receiverId: 'DXPEDCCEB0000009' }));
    await bench.client.drain();
    expect((await post(dxpMsg(message))).status).toBe(202);
    expect((await bench.client.drain()).length).toBe(3);
  });
});

describe('third-party subscription', () => {
  const third = 'DXPENT0000077777';
  const subscribed = (...statuses: string[]): FixtureMessage => {
    const after = statuses
      .map(
        (status) =>
          `<ceb:BaseSubscribe><ceb:status>${status}</ceb:status><ceb:dxpMode>DXP</ceb:dxpMode>` +
          `<ceb:dxpAddress>${third}</ceb:dxpAddress></ceb:BaseSubscribe>`,
      )
      .join('');
    return cebMessage('CEB303Message', [bench.four().order], bench.rsa, { after });
  };
  const boxOf = () => new SandboxClient(bench.client.url, third);

  test.each([
    ['RET', 3, false],
    ['DATA', 0, true],
    ['ALL', 3, true],
  ] as const)('%s: %i receipts, the message itself: %s', async (status, receipts, data) => {
    const message = subscribed(status);
    await bench.client.accept(message);
    const files = await boxOf().drain();
    const copies = files.filter((f) => f.fileName.startsWith('CEB304Message'));
    expect(copies.length).toBe(receipts);
    const sent = files.filter((f) => f.fileName.startsWith('CEB303Message'));
    expect(sent.map((f) => f.text)).toEqual(data ? [message.bytes.toString('utf8')] : []);
    const own = await bench.client.drain();
    expect(own.length).toBe(3);
    if (receipts) expect(copies.map((f) => f.text)).toEqual(own.map((f) => f.text));
  });

  test('acknowledging a copy leaves the original with the sender', async () => {
    await bench.client.accept(subscribed('RET'));
    await boxOf().drain();
    expect(await boxOf().files()).toEqual([]);
    expect((await bench.client.files()).length).toBe(3);
  });

  test('a message that fails its signature is not handed to the subscriber, its receipt is', async () => {
    const message = subscribed('ALL');
    const bytes = Buffer.from(message.bytes.toString('utf8').replace('陶瓷茶杯', '陶瓷茶碗'));
    await bench.client.accept({ ...message, bytes });
    expect((await boxOf().drain()).map((f) => f.fileName.slice(0, 13))).toEqual(['CEB304Message']);
  });
});
