import { describe, expect, test } from '@jest/globals';
import { readTime } from '../../src/base/clock.js';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { pino } from 'pino';
import { runSandbox } from '../../adapters/sandbox/server.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { generateXsd } from '../../src/messages/xsd.js';
import {
  cebMessage,
  fixtureDxpId,
  fixtureGuid,
  orderXml,
  type FixtureMessage,
} from '../support/cebFixtures.js';
import { infosOf, SandboxBench } from '../support/sandboxBench.js';
import { receiptsIn, SandboxClient, statusesOf, type SeenFile } from '../support/sandboxClient.js';

const bench = new SandboxBench();

describe('receipts of a correct declaration', () => {
  test('an order and a payment receipt are taken in: 2, 3, 120', async () => {
    const { order, payment } = bench.four();
    expect(statusesOf(await bench.answersTo(bench.orders(order)), 'CEB304Message')).toEqual([
      '2',
      '3',
      '120',
    ]);
    const files = await bench.answersTo(bench.payments(payment));
    expect(statusesOf(files, 'CEB404Message')).toEqual(['2', '3', '120']);
  });

  test('a waybill is reviewed: 2, 3, 399', async () => {
    const files = await bench.answersTo(bench.waybills(bench.four().waybill));
    expect(statusesOf(files, 'CEB506Message')).toEqual(['2', '3', '399']);
  });

  test('a list is cleared: 2, 120, 399, 800, 899, with the words of customs', async () => {
    const files = await bench.declareList();
    expect(statusesOf(files, 'CEB604Message')).toEqual(['2', '120', '399', '800', '899']);
    expect(infosOf(files).slice(1, 4)).toEqual([
      '[Code:1800;Desc:逻辑校验通过]',
      '[Code:2300;Desc:审核通过]',
      '[Code:2600;Desc:放行]',
    ]);
  });

  test('preNo comes with the first receipt, invtNo with 120, and both stay the same', async () => {
    const receipts = receiptsIn(await bench.declareList());
    const value = (name: string) => receipts.map((r) => new RegExp(`${name}>([^<]+)<`).exec(r.text)?.[1]);
    const [preNo] = value('preNo');
    const [none, invtNo] = value('invtNo');
    expect(preNo).toMatch(/^B\d{17}$/);
    expect(none).toBeUndefined();
    expect(invtNo).toMatch(/^8013\d{4}E\d{9}$/);
    expect(new Set(value('preNo'))).toEqual(new Set([preNo]));
    expect(new Set(value('invtNo'))).toEqual(new Set([undefined, invtNo]));
  });

  test('returnTime has 17 digits, is Shanghai time and grows from receipt to receipt', async () => {
    const times = receiptsIn(await bench.declareList()).map((r) => r.time);
    for (const time of times) expect(time).toMatch(/^\d{17}$/);
    expect([...times].sort()).toEqual(times);
    expect(new Set(times).size).toBe(times.length);
    const shanghaiDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());
    expect(times[0]?.slice(0, 8)).toBe(shanghaiDay.replaceAll('-', ''));
  });

  test('no receipt is dated in the future when it is handed out, in whatever order it comes', async () => {
    await bench.client.send('/sandbox/settings', { paceMs: 5 });
    try {
      for (const marker of ['-SBPLAIN', '-SBREORDER', '-SBDUPRCPT']) {
        await bench.client.accept(bench.orders(bench.four(marker).order));
        for (let seen = 0; seen < 3;) {
          const times = receiptsIn(await bench.client.drain(1000)).map((r) => readTime(r.time)!.getTime());
          for (const time of times) expect(time).toBeLessThanOrEqual(Date.now());
          seen += times.length;
        }
      }
    } finally {
      await bench.client.send('/sandbox/settings', { paceMs: 0 });
    }
  });

  test('the answers of 100 documents travel together, one message a status', async () => {
    const nodes = Array.from({ length: 100 }, () => bench.four().order);
    const files = await bench.answersTo(bench.orders(...nodes));
    expect(files.length).toBe(3);
    expect(statusesOf(files, 'CEB304Message').length).toBe(300);
  });

  test('every receipt message passes the schema of the specification', async () => {
    const schema = XsdValidator.fromDoc(XmlDocument.fromString(generateXsd(loadCatalogue())));
    const four = bench.four('-SBPLAIN');
    const files: SeenFile[] = [];
    files.push(...(await bench.answersTo(bench.orders(four.order))));
    files.push(...(await bench.answersTo(bench.payments(four.payment))));
    files.push(...(await bench.answersTo(bench.waybills(four.waybill))));
    files.push(...(await bench.answersTo(bench.lists(four.list))));
    files.push(...(await bench.answersTo(bench.orders(bench.four('-SB900').order))));
    expect(files.length).toBe(15);
    for (const { text } of files) {
      const doc = XmlDocument.fromString(text);
      schema.validate(doc);
      doc.dispose();
    }
    schema.dispose();
  });

  test('the same declarations at the same moment get the same receipts', async () => {
    const clock = { now: () => new Date('2026-11-03T02:00:00Z') };
    const message = bench.orders(bench.four().order);
    const runs: SeenFile[][] = [];
    for (let i = 0; i < 2; i++) {
      const one = await runSandbox({ paceMs: 0, clock, log: pino({ level: 'silent' }) });
      const client = new SandboxClient(one.url, fixtureDxpId);
      await client.accept(message);
      runs.push(await client.drain());
      await one.close();
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(receiptsIn(runs[0] ?? [])[0]?.time).toBe('20261103100000001');
  });

  test('a stored document (appStatus 1) needs no signature and is only stored', async () => {
    const { names } = bench.four();
    const stored = cebMessage('CEB303Message', [orderXml({ ...names, appStatus: '1' })], undefined);
    expect(statusesOf(await bench.answersTo(stored), 'CEB304Message')).toEqual(['1']);
    expect(statusesOf(await bench.answersTo(bench.orders(orderXml(names))), 'CEB304Message')).toEqual([
      '2',
      '3',
      '120',
    ]);
  });
});

describe('signatures', () => {
  const order = () => bench.four().order;
  const verdict = async (bytes: Buffer) => {
    await bench.client.accept({ bytes });
    return receiptsIn(await bench.client.drain()).map((r) => r.status);
  };
  const changed = (message: FixtureMessage, from: string | RegExp, to: string): Buffer => {
    const text = message.bytes.toString('utf8');
    expect(text.replace(from, to)).not.toBe(text);
    return Buffer.from(text.replace(from, to));
  };

  test('an SM2 signature with the standard user id is accepted', async () => {
    const files = await bench.answersTo(cebMessage('CEB303Message', [order()], bench.sm2));
    expect(statusesOf(files, 'CEB304Message')).toEqual(['2', '3', '120']);
  });

  test('one changed byte in a document fails every document of the message: -301003', async () => {
    const message = bench.orders(order(), order());
    expect(await verdict(changed(message, '陶瓷茶杯', '陶瓷茶碗'))).toEqual(['-301003', '-301003']);
  });

  test('one changed byte in a list is answered from the range of lists: -601003', async () => {
    const message = bench.lists(bench.four().list);
    expect(await verdict(changed(message, '陶瓷茶杯', '陶瓷茶碗'))).toEqual(['-601003']);
  });

  test.each(['rsa-sha1', 'sm2-sm3'] as const)(
    'a %s signature over other bytes fails: -301005',
    async (suite) => {
      const key = suite === 'rsa-sha1' ? bench.rsa : bench.sm2;
      const value = /<ds:SignatureValue>([^<]*)</;
      const other = value.exec(cebMessage('CEB303Message', [order()], key).bytes.toString('utf8'))?.[1] ?? '';
      const message = cebMessage('CEB303Message', [order()], key);
      expect(await verdict(changed(message, value, `<ds:SignatureValue>${other}<`))).toEqual(['-301005']);
    },
  );

  test('a declared document without a signature fails: -301001', async () => {
    expect(await verdict(cebMessage('CEB303Message', [order()], undefined).bytes)).toEqual(['-301001']);
  });

  test('an algorithm outside the specification fails: -301002', async () => {
    const bytes = changed(bench.orders(order()), '#rsa-sha1', '#hmac-sha1');
    expect(await verdict(bytes)).toEqual(['-301002']);
  });

  test('a reference to a part of the document fails: -301002', async () => {
    expect(await verdict(changed(bench.orders(order()), 'URI=""', 'URI="#part"'))).toEqual(['-301002']);
  });

  test('a second transform fails: -301002', async () => {
    const transform =
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform></ds:Transforms>';
    expect(await verdict(changed(bench.orders(order()), '</ds:Transforms>', transform))).toEqual(['-301002']);
  });

  test('a certificate of the other algorithm fails: -301004', async () => {
    const bytes = changed(bench.orders(order()), bench.rsa.certificate, bench.sm2.certificate);
    expect(await verdict(bytes)).toEqual(['-301004']);
  });
});

describe('messages that cannot be read', () => {
  const post = async (bytes: Buffer) => {
    const response = await bench.client.post({ bytes });
    return { status: response.status, body: (await response.json()) as { reason: string } };
  };

  test('a DOCTYPE is refused before any parser sees it', async () => {
    const text = bench.orders(bench.four().order).bytes.toString('utf8');
    const bytes = Buffer.from(
      text.replace('?>\n', '?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    );
    expect(await post(bytes)).toMatchObject({ status: 400, body: { reason: 'doctype' } });
  });

  test('GBK bytes, a GBK declaration and UTF-16 are refused', async () => {
    const text = bench.orders(bench.four().order).bytes.toString('utf8');
    const gbk = Buffer.concat([Buffer.from('<x>'), Buffer.from([0xd6, 0xd8]), Buffer.from('</x>')]);
    for (const bytes of [
      gbk,
      Buffer.from(text.replace('UTF-8', 'GBK')),
      Buffer.from(`\ufeff${text}`, 'utf16le'),
    ])
      expect(await post(bytes)).toMatchObject({ status: 400, body: { reason: 'encoding' } });
  });

  test('an empty body and a missing X-Dxp-Id are refused', async () => {
    expect(await post(Buffer.alloc(0))).toMatchObject({ status: 400, body: { reason: 'empty' } });
    const response = await fetch(`${bench.client.url}/messages`, { method: 'POST', body: '<x/>' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ reason: 'dxp-id-missing' });
  });

  test('more than 20 MB is refused', async () => {
    expect(await post(Buffer.alloc(20 * 1024 * 1024 + 1, 0x20))).toMatchObject({ status: 413 });
  });

  test('a message of another sender is refused', async () => {
    const message = cebMessage('CEB303Message', [bench.four().order], bench.rsa, {
      dxpId: 'DXPENT0000099999',
    });
    expect(await post(message.bytes)).toMatchObject({ status: 422, body: { reason: 'dxp-id-differs' } });
  });

  test('broken XML is answered by a 900 that names and holds the original', async () => {
    const bytes = Buffer.from('<ceb:CEB303Message><![CDATA[a]]></ceb:');
    const response = await bench.client.post({ bytes }, { 'X-Cop-Msg-Id': 'OUR-NAME-1' });
    expect(response.status).toBe(202);
    const [file] = await bench.client.drain();
    expect(file?.text).toContain('CEB900Message');
    expect(file?.text).toContain('returnStatus>-900001<');
    expect(file?.text).toContain('oriCopMsgId>OUR-NAME-1<');
    expect(file?.text).toContain('oriMessageType>Unknown<');
    const doc = XmlDocument.fromString(file?.text ?? '');
    const original = doc.get('//*[local-name()="oriBizMessage"]')?.content;
    doc.dispose();
    expect(original).toBe(bytes.toString('utf8'));
  });

  test('a message outside the schema is answered by a 900 with the place, not by business receipts', async () => {
    const message = bench.orders(orderXml({ orderNo: 'x'.repeat(61) }));
    const files = await bench.answersTo(message);
    expect(files.length).toBe(1);
    expect(files[0]?.text).toContain('returnStatus>-900003<');
    expect(files[0]?.text).toContain('orderNo');
    expect(files[0]?.text).toContain('oriMessageType>CEB303Message<');
  });

  test('a corrected message may use the guid of one that was answered by a 900', async () => {
    const guid = fixtureGuid();
    await bench.answersTo(
      cebMessage('CEB303Message', [orderXml({ orderNo: 'x'.repeat(61) })], bench.rsa, { guid }),
    );
    const files = await bench.answersTo(
      cebMessage('CEB303Message', [bench.four().order], bench.rsa, { guid }),
    );
    expect(statusesOf(files, 'CEB304Message')).toEqual(['2', '3', '120']);
  });

  test('a type that is not sent to customs is answered by a 900', async () => {
    const files = await bench.answersTo(cebMessage('CEB304Message', [], bench.rsa));
    expect(files[0]?.text).toContain('returnStatus>-900002<');
  });

  test('101 documents are refused one by one: 报文表头数据超过限制', async () => {
    const files = await bench.answersTo(
      bench.orders(...Array.from({ length: 101 }, () => bench.four().order)),
    );
    const receipts = receiptsIn(files);
    expect(receipts.length).toBe(101);
    expect(files.length).toBe(2);
    expect(new Set(receipts.map((r) => `${r.status} ${r.info}`))).toEqual(
      new Set(['-304001 报文处理失败，报文表头数据超过限制']),
    );
  });
});
