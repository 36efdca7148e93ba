import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { XmlDocument } from 'libxml2-wasm';
import { loadSandboxData } from '../../adapters/sandbox/data.js';
import { projectRoot } from '../../src/base/root.js';
import { infosOf, SandboxBench } from '../support/sandboxBench.js';
import { receiptsIn, statusesOf } from '../support/sandboxClient.js';

const bench = new SandboxBench();

describe('markers', () => {
  test.each([
    ['-SBREFUSE', ['2', '100']],
    ['-SBINSPECT', ['2', '120', '500', '399', '800', '899']],
    ['-SBREVIEW', ['2', '120', '300', '399', '800', '899']],
    ['-SBDETAIN', ['2', '120', '500', '501']],
    ['-SBNOCLEAR', ['2', '120', '399', '800']],
    ['-SBREORDER', ['899', '800', '399', '120', '2']],
    ['-SBDUPRCPT', ['2', '2', '120', '120', '399', '399', '800', '800', '899', '899']],
  ])('%s: the list gets %j', async (marker, statuses) => {
    expect(statusesOf(await bench.declareList(marker), 'CEB604Message')).toEqual(statuses);
  });

  test('-SBREFUSE gives the reason of customs', async () => {
    expect(infosOf(await bench.declareList('-SBREFUSE')).at(-1)).toBe(
      '[Code:1327;Desc:订单购买人与支付单支付人不一致]',
    );
  });

  test('-SBREORDER changes the order of arrival, not returnTime', async () => {
    const times = receiptsIn(await bench.declareList('-SBREORDER')).map((r) => r.time);
    expect([...times].sort().reverse()).toEqual(times);
  });

  test('-SBDUPRCPT sends the same bytes twice', async () => {
    const [first, second] = await bench.declareList('-SBDUPRCPT');
    expect(second?.text).toBe(first?.text);
    expect(second?.id).not.toBe(first?.id);
  });

  test('-SBORDER100 returns the order, and the list then misses it', async () => {
    const four = bench.four('-SBORDER100');
    expect(statusesOf(await bench.answersTo(bench.orders(four.order)), 'CEB304Message')).toEqual([
      '2',
      '3',
      '100',
    ]);
    await bench.client.accept(bench.payments(four.payment));
    await bench.client.accept(bench.waybills(four.waybill));
    await bench.client.drain();
    expect(infosOf(await bench.answersTo(bench.lists(four.list))).at(-1)).toContain('未找到对应的订单');
  });

  test('-SBPAYMENT100 returns the payment receipt', async () => {
    const { payment } = bench.four('-SBPAYMENT100');
    const files = await bench.answersTo(bench.payments(payment));
    expect(statusesOf(files, 'CEB404Message')).toEqual(['2', '3', '100']);
  });

  test('-SBWAYBILL100 in the waybill number returns the waybill', async () => {
    const { waybill } = bench.four('', {}, '-SBWAYBILL100');
    const files = await bench.answersTo(bench.waybills(waybill));
    expect(statusesOf(files, 'CEB506Message')).toEqual(['2', '3', '100']);
  });

  test('-SBNEG fails the list once, then takes it in a new message', async () => {
    const four = bench.four('-SBNEG');
    await bench.declareThree(four);
    expect(statusesOf(await bench.answersTo(bench.lists(four.list)), 'CEB604Message')).toEqual(['-604002']);
    expect(statusesOf(await bench.answersTo(bench.lists(four.list)), 'CEB604Message').at(-1)).toBe('899');
  });

  test('-SBSILENT takes the document and never answers', async () => {
    expect(await bench.answersTo(bench.orders(bench.four('-SBSILENT').order))).toEqual([]);
    expect((await bench.client.state()).receipts).toMatchObject({ planned: 0, scheduled: 0 });
  });

  test('-SBSLOW holds the receipts back for 5 seconds', async () => {
    await bench.client.accept(bench.orders(bench.four('-SBSLOW').order));
    expect((await bench.client.state()).receipts).toMatchObject({ scheduled: 3, waiting: 0 });
    const started = performance.now();
    expect((await bench.client.files(20_000)).length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeGreaterThan(3000);
  });

  test('-SBMULTI puts all receipts of the document into one message', async () => {
    const files = await bench.declareList('-SBMULTI');
    expect(files.length).toBe(1);
    expect(statusesOf(files, 'CEB604Message')).toEqual(['2', '120', '399', '800', '899']);
  });

  test('-SBPLAIN uses a default namespace, -SBPREFIX another prefix, both the same namespace', async () => {
    const [plain] = await bench.answersTo(bench.orders(bench.four('-SBPLAIN').order));
    const [prefixed] = await bench.answersTo(bench.orders(bench.four('-SBPREFIX').order));
    expect(plain?.text).toContain('<CEB304Message xmlns="http://www.chinaport.gov.cn/ceb"');
    expect(prefixed?.text).toContain('<ns2:CEB304Message xmlns:ns2="http://www.chinaport.gov.cn/ceb"');
    expect(prefixed?.text).toContain('<ns2:returnStatus>');
  });

  test('-SB900 answers the whole message by one 900 receipt', async () => {
    const files = await bench.answersTo(bench.orders(bench.four().order, bench.four('-SB900').order));
    expect(files.length).toBe(1);
    expect(files[0]?.text).toContain('returnStatus>-900009<');
  });

  test('-SBUNKNOWNRCPT adds a receipt for a document nobody sent', async () => {
    const four = bench.four('-SBUNKNOWNRCPT');
    const receipts = receiptsIn(await bench.answersTo(bench.orders(four.order)));
    expect(receipts.length).toBe(4);
    expect(receipts.filter((r) => r.text.includes(four.names.orderNo)).length).toBe(3);
  });

  test('-SBGARBAGE adds a file no parser reads', async () => {
    const files = await bench.answersTo(bench.orders(bench.four('-SBGARBAGE').order));
    const readable = files.map(({ text }) => {
      try {
        XmlDocument.fromString(text).dispose();
        return true;
      } catch {
        return false;
      }
    });
    expect(readable).toEqual([true, true, true, false]);
  });

  test('-SBREFUSEHTTP refuses the whole message for good, even next to innocent documents', async () => {
    const message = bench.orders(bench.four().order, bench.four('-SBREFUSEHTTP').order);
    for (let i = 0; i < 2; i++) expect((await bench.client.post(message)).status).toBe(422);
    expect((await bench.client.state()).documents).toEqual({});
  });

  test('-SB503 is busy twice with Retry-After, then takes the message', async () => {
    const message = bench.orders(bench.four('-SB503').order);
    const seen: [number, string | null][] = [];
    for (let i = 0; i < 3; i++) {
      const response = await bench.client.post(message);
      seen.push([response.status, response.headers.get('Retry-After')]);
    }
    expect(seen).toEqual([
      [503, '1'],
      [503, '1'],
      [202, null],
    ]);
  });

  test('-SBDROPBEFORE cuts the first connection with nothing taken, the second attempt works', async () => {
    const message = bench.orders(bench.four('-SBDROPBEFORE').order);
    await expect(bench.client.post(message)).rejects.toThrow('fetch failed');
    expect((await bench.client.state()).messages).toEqual({});
    await bench.client.accept(message);
  });

  test('-SBDROPAFTER cuts the connection, keeps the message, answers it once and calls the resend a duplicate', async () => {
    const message = bench.orders(bench.four('-SBDROPAFTER').order);
    await expect(bench.client.post(message)).rejects.toThrow('fetch failed');
    expect((await bench.client.post(message)).status).toBe(409);
    expect(statusesOf(await bench.client.drain(), 'CEB304Message')).toEqual(['2', '3', '120']);
  });

  test('two markers in one number work together', async () => {
    const files = await bench.declareList('-SBINSPECT-SBMULTI');
    expect(files.length).toBe(1);
    expect(statusesOf(files, 'CEB604Message')).toContain('500');
  });

  test('a document beside a marked one is not touched by its marker', async () => {
    const files = await bench.answersTo(bench.orders(bench.four().order, bench.four('-SBORDER100').order));
    expect(statusesOf(files, 'CEB304Message').sort()).toEqual(['100', '120', '2', '2', '3', '3']);
  });

  test('a longer word that merely begins like a marker does nothing', async () => {
    expect(statusesOf(await bench.declareList('-SBREFUSED'), 'CEB604Message').at(-1)).toBe('899');
  });

  test('the documentation names every marker of the data in both languages', async () => {
    const { behaviours } = loadSandboxData();
    const pages = await Promise.all(
      ['docs/sandbox.md', 'docs/sandbox.zh.md'].map((page) => readFile(join(projectRoot, page), 'utf8')),
    );
    const rows = pages.map((page) => page.replace(/ +/g, ' '));
    for (const { marker, zh, en } of behaviours.values()) {
      expect(rows[0]).toContain(`| \`${marker}\` | ${en} |`);
      expect(rows[1]).toContain(`| \`${marker}\` | ${zh} |`);
    }
  });

  test('the documentation names every message, code and reason of the data in both languages', async () => {
    const { kinds, verdicts } = loadSandboxData();
    for (const page of ['docs/sandbox.md', 'docs/sandbox.zh.md']) {
      const text = await readFile(join(projectRoot, page), 'utf8');
      for (const { type, ranges } of kinds.values()) {
        expect(text).toMatch(new RegExp(`^\\| ${type.slice(3, 6)} `, 'm'));
        for (const range of Object.values(ranges ?? {})) expect(text).toContain(`\`${range}`);
      }
      for (const rule of verdicts.verdicts) {
        for (const code of Object.values(rule.codes ?? {})) expect(text).toContain(`\`${code}\``);
        if (rule.class === 'returned') expect(text).toContain(`\`${rule.info ?? ''}\``);
      }
    }
  });
});
