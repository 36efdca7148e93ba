import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { projectRoot } from '../../src/base/root.js';
import { eventually, startGatewayForBrowser } from '../support/gateway.js';

const EXAMPLE = join(projectRoot, 'examples', 'orders-9610.csv');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Orders of the example by our own count: distinct platform and order number, not what the gateway says. */
function ordersInExample(): number {
  const rows: Record<string, string>[] = parse(readFileSync(EXAMPLE), { columns: true, bom: true });
  return new Set(rows.map((row) => `${row['电商平台代码']}/${row['订单编号']}`)).size;
}

/** Runs in the page: how many opaque colours the first chart has; an empty canvas has none. */
const COLOURS_OF_CHART = `(() => {
  const canvas = document.querySelector('.chart canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 200) found.add(data[i] + ',' + data[i + 1] + ',' + data[i + 2]);
  return found.size;
})()`;

/** The first order of the example as a file of its own, with other values under some of its headings. */
function fileOf(...orders: Record<string, string>[]): { name: string; mimeType: string; buffer: Buffer } {
  const [head = '', first = ''] = readFileSync(EXAMPLE, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  const names = head.split(',');
  const rows = orders.map((values) =>
    first
      .split(',')
      .map((cell, at) => values[names[at] ?? ''] ?? cell)
      .join(','),
  );
  return { name: '样例.csv', mimeType: 'text/csv', buffer: Buffer.from(`${[head, ...rows].join('\n')}\n`) };
}

const numberOf = async (locator: Locator): Promise<number> =>
  Number(((await locator.textContent()) ?? '').replace(/[^\d.-]/g, ''));

describe('the console in a browser', () => {
  let gateway: Awaited<ReturnType<typeof startGatewayForBrowser>>;
  let browser: Browser;
  let page: Page;
  let importPath: string;
  const errors: string[] = [];
  const elsewhere: string[] = [];
  const consoleErrorsExpected: RegExp[] = [];

  const signIn = async () => {
    await page.getByLabel('邮箱').fill(gateway.email);
    await page.getByLabel('密码', { exact: true }).fill(gateway.password);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('navigation', { name: '主菜单' }).waitFor();
  };
  /** Uploads a file of these orders and insists that all are accepted. */
  const handIn = async (...orders: Record<string, string>[]) => {
    await page.goto(`${gateway.url}/upload`);
    await page.setInputFiles('input[type=file]', fileOf(...orders));
    await page.getByRole('heading', { name: /样例\.csv.*已完成/ }).waitFor();
    expect(await numberOf(page.locator('.tile', { hasText: '已接受' }).locator('b'))).toBe(orders.length);
  };
  const card = (name: string) =>
    page.getByRole('button', { name: new RegExp(`^${name}`) }).locator('.card-count');
  const rows = () => page.locator('a[data-row]');
  const events = (kind: string) => page.locator(`.timeline .kind-${kind}`);

  beforeAll(async () => {
    if (!existsSync(join(projectRoot, 'dist', 'console', 'index.html')))
      throw new Error('dist/console is missing: run the build first');
    gateway = await startGatewayForBrowser();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--headless',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      locale: 'zh-CN',
      timezoneId: 'UTC',
    });
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      if (!consoleErrorsExpected.some((known) => known.test(message.text()))) errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== new URL(gateway.url).origin)
        elsewhere.push(request.url());
    });
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  });

  test('a visitor without a session signs in and lands on the page asked for', async () => {
    await page.goto(`${gateway.url}/upload`);
    await signIn();
    await page.getByRole('heading', { name: '上传订单' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/upload');
  });

  test('a file that is not an order file is refused before a byte travels', async () => {
    const sent: string[] = [];
    const listen = (request: { method(): string; url(): string }) =>
      request.method() === 'POST' && sent.push(request.url());
    page.on('request', listen);
    await page.setInputFiles('input[type=file]', {
      name: '订单.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7'),
    });
    await page.getByText('不支持这种文件').waitFor();
    page.off('request', listen);
    expect(sent).toEqual([]);
  });

  test('an uploaded file shows its progress and a verdict for every order', async () => {
    await page.setInputFiles('input[type=file]', EXAMPLE);
    await page.waitForURL(/\/upload\/[0-9a-f-]{36}$/);
    importPath = new URL(page.url()).pathname;
    await page.getByRole('heading', { name: /orders-9610\.csv.*已完成/ }).waitFor({ timeout: 60_000 });

    const tile = (name: string) => numberOf(page.locator('.tile', { hasText: name }).locator('b'));
    const [orders, accepted, faulty, exists] = [
      await tile('订单'),
      await tile('已接受'),
      await tile('有误'),
      await tile('已存在'),
    ];
    expect(orders).toBe(ordersInExample());
    expect(accepted + faulty + exists).toBe(orders);
    expect(accepted).toBeGreaterThan(0);
    await page.getByRole('tab', { name: /已接受/ }).click();
    expect(await page.locator('tbody').getByRole('link', { name: '查看' }).count()).toBeGreaterThan(0);
  }, 90_000);

  test('a faulty row shows its row number, the fault, what to do and where the rule stands', async () => {
    await page.goto(`${gateway.url}/upload`);
    await page.setInputFiles('input[type=file]', {
      ...fileOf({ 订单编号: 'CQFAULTY0001', 商品编码: '12' }),
      name: '有误.csv',
    });
    await page.getByRole('heading', { name: /有误\.csv.*已完成/ }).waitFor();
    const row = page.locator('tbody tr', { hasText: 'CQFAULTY0001' });
    await row.waitFor();
    expect(await row.locator('td').first().textContent()).toBe('2');
    const fault = row.locator('.faults li', { hasText: 'gcode' }).first();
    expect(await fault.locator('.fault-code').textContent()).toMatch(/^[A-Z]\d{2}$/);
    expect(await fault.textContent()).toContain('处理办法');
    expect(await fault.textContent()).toContain('依据');

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: '下载错误文件' }).click(),
    ]);
    expect(readFileSync(await download.path(), 'utf8')).toContain('CQFAULTY0001');
  });

  test('the cards count the same declarations as the table lists, and filter it', async () => {
    await page.goto(`${gateway.url}${importPath}`);
    await page.getByRole('link', { name: '查看申报' }).click();
    await rows().first().waitFor();
    expect(new URL(page.url()).searchParams.get('importId')).toBe(importPath.split('/').at(-1));
    await eventually(
      async () => (await page.reload(), await rows().first().waitFor(), await numberOf(card('结关'))),
      (cleared) => cleared > 0,
    );
    await page.getByRole('button', { name: /^结关/ }).click();
    await page.waitForURL(/verdict=cleared/);
    await rows().first().waitFor();
    const verdicts = await page.locator('tbody .verdict .state').allTextContents();
    expect(new Set(verdicts)).toEqual(new Set(['结关']));
  }, 60_000);

  test('the list is worked by keyboard: / searches, j and k move, Enter opens', async () => {
    await page.goto(`${gateway.url}/declarations`);
    await rows().nth(2).waitFor();
    const second = await rows().nth(1).textContent();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await page.locator('a[data-row]:focus').textContent()).toBe(second);

    await page.keyboard.press('/');
    await page.keyboard.type(second ?? '');
    await page.keyboard.press('Enter');
    await page.waitForURL(/[?&]q=/);
    await eventually(
      () => rows().count(),
      (count) => count === 1,
    );
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: second ?? '' }).waitFor();
  });

  test('a declaration shows its four documents and what happened, in order of time', async () => {
    await page.goto(`${gateway.url}/declarations?verdict=cleared`);
    await rows().first().click();
    await page.locator('.timeline').waitFor();
    expect(await page.locator('.document').count()).toBe(4);
    expect(await events('intake').count()).toBe(1);
    expect(await events('receipt').count()).toBeGreaterThanOrEqual(4);
    expect(await page.locator('.event-meta', { hasText: '签名有效' }).count()).toBeGreaterThanOrEqual(4);
    const times = await page.locator('.event time').allTextContents();
    expect(times.every((time) => /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(time))).toBe(true);
    expect(times).toEqual([...times].sort());
  });

  test('the bytes shown are the bytes recorded: the download has the recorded sha256', async () => {
    await events('signed').first().getByRole('button', { name: '查看报文' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('pre').waitFor();
    await dialog.getByText('与留存一致').waitFor();
    const recorded = await dialog.locator('.bytes-hash .mono').textContent();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: '下载原文' }).click(),
    ]);
    const bytes = readFileSync(await download.path());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(recorded);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  test('the language changes at once and is remembered', async () => {
    await page.goto(`${gateway.url}/declarations`);
    await page.getByRole('heading', { name: '申报', exact: true }).waitFor();
    await page.getByRole('button', { name: '切换为英文' }).click();
    await page.getByRole('heading', { name: 'Declarations' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Declarations' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.getByRole('button', { name: 'Switch to Chinese' }).click();
    await page.getByRole('heading', { name: '申报', exact: true }).waitFor();
  });

  test('totals draw a chart, and each line leads to exactly the declarations it counts', async () => {
    await page.goto(`${gateway.url}/totals`);
    await page.locator('.chart canvas').first().waitFor();
    const colours = await eventually(
      () => page.evaluate<number>(COLOURS_OF_CHART),
      (count) => count > 3,
    );
    expect(colours).toBeGreaterThan(3);

    const line = page.locator('tbody tr.ant-table-row').first();
    const counted = await numberOf(line.locator('td').nth(4));
    await line.getByRole('link').click();
    await page.waitForURL(/\/declarations\?.*month=/);
    await rows().first().waitFor();
    expect(await numberOf(card('全部'))).toBe(counted);
    expect(await rows().count()).toBe(Math.min(counted, 50));
  });

  test('a refused declaration is explained, corrected and released from the console', async () => {
    await handIn({
      订单编号: 'CQREFUSED0001',
      支付交易编号: 'PAYREFUSED0001',
      物流运单编号: 'YTREFUSED0001-SBWAYBILL100',
    });
    const refusal = page.locator('.refusal', { hasText: '出口物流运单' });
    await eventually(
      async () => (
        await page.goto(`${gateway.url}/refusals`),
        await page.locator('.refusal').first().waitFor(),
        await refusal.count()
      ),
      (cards) => cards === 1,
    );
    expect(await refusal.locator('.code-mark').textContent()).toBe('1300');
    expect(await refusal.textContent()).toContain('处理办法');
    await refusal.getByRole('link', { name: /查看 1 票/ }).click();
    await rows().first().click();

    await page.getByRole('button', { name: '更正并重新申报' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByLabel('查找字段').fill('logisticsNo');
    await drawer.getByLabel('物流运单编号').fill('YTREFUSED0001');
    const change = drawer.locator('.preview-document', { hasText: '出口物流运单' });
    await change.getByText('重新申报').waitFor();
    expect(await change.locator('del').textContent()).toBe('YTREFUSED0001-SBWAYBILL100');
    await drawer.getByLabel('更正原因').fill('运单编号录入有误');
    await drawer.getByRole('button', { name: '重新申报' }).click();
    await drawer.waitFor({ state: 'hidden' });

    await page.locator('.standing', { hasText: /放行|结关/ }).waitFor();
    const changed = events('decision').filter({ hasText: '运单编号录入有误' });
    expect(await changed.locator('.changes ins').first().textContent()).toBe('YTREFUSED0001');
    expect(await page.locator('.earlier-documents summary').textContent()).toMatch(/历次版本/);
  }, 90_000);

  test('a bill summary is made from a bill number and taken in by customs', async () => {
    const bill = '99920261199';
    await handIn(
      ...[1, 2].map((n) => ({
        订单编号: `CQBILL000${n}`,
        支付交易编号: `PAYBILL000${n}`,
        物流运单编号: `YTBILL000${n}`,
        提运单号: bill,
      })),
    );
    const draft = page.getByRole('button', { name: '起草' });
    const submit = page.getByRole('button', { name: '提交申报' });
    consoleErrorsExpected.push(/status of 422/);
    // The lists must have been taken in by customs before a summary may name them.
    await eventually(
      async () => {
        await page.goto(`${gateway.url}/filings/new`);
        await page.getByLabel('提运单号').fill(bill);
        await draft.click();
        await page.locator('.panel', { has: submit }).or(page.getByRole('alert')).first().waitFor();
        return page.getByText('内容完整，可以提交').count();
      },
      (complete) => complete === 1,
    );
    expect(await page.locator('.panel', { has: submit }).locator('tbody tr.ant-table-row').count()).toBe(2);
    await submit.click();
    await page.waitForURL(/\/filings\/[0-9a-f]{8}-/);
    await page.locator('.standing', { hasText: '海关入库' }).waitFor();
    expect(await page.getByText('涵盖的申报（2）').count()).toBe(1);

    await page.getByRole('link', { name: 'CQBILL0001' }).click();
    await page.getByRole('heading', { name: 'CQBILL0001' }).waitFor();
    await page.getByRole('link', { name: '出口清单总分单' }).waitFor();
  }, 90_000);

  test('the adviser compares the regimes of a declaration side by side and recommends at most one', async () => {
    await page.goto(`${gateway.url}/declarations?q=CQBILL0001`);
    await rows().first().click();
    await page.getByRole('button', { name: '监管方式建议' }).click();
    const table = page.locator('table.advice');
    await table.waitFor();
    const regimes = await table.locator('.advice-regime').allTextContents();
    expect(regimes.map((one) => one.slice(0, 4))).toEqual(
      expect.arrayContaining(['9610', '1210', '9710', '9810']),
    );
    expect(await table.locator('thead .recommended').count()).toBeLessThanOrEqual(1);
    expect(await table.locator('thead .advice-current').count()).toBe(1);
    const documents = table.getByRole('row', { name: /单证与责任主体/ });
    expect(await documents.locator('td').count()).toBe(regimes.length);
    expect(await documents.textContent()).toContain('CEB603');
  });

  test('signing out ends the session; signing in again comes back to the page that was left', async () => {
    await page.goto(`${gateway.url}/totals?from=2026-01&to=2026-11`);
    await page.getByRole('button', { name: '账户' }).click();
    await page.getByText('退出登录').click();
    await page.getByRole('heading', { name: '登录' }).waitFor();
    await signIn();
    await page.getByRole('heading', { name: '统计' }).waitFor();
    expect(new URL(page.url()).search).toBe('?from=2026-01&to=2026-11');
  });

  test('a wrong password says so without saying which part was wrong', async () => {
    consoleErrorsExpected.push(/status of 401/);
    await page.getByRole('button', { name: '账户' }).click();
    await page.getByText('退出登录').click();
    await page.getByLabel('邮箱').fill(gateway.email);
    await page.getByLabel('密码', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('alert').getByText('邮箱或密码不正确').waitFor();
  });

  test('all this left no error in the browser console and asked no other host', () => {
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
  });
});
