import { beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { eventually } from '../support/gateway.js';
import { EXAMPLE, fileOf, numberOf, openConsole, type ConsoleBrowser } from './browser.js';

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

describe('the console in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  let importPath: string;
  const card = (name: string) =>
    page.getByRole('button', { name: new RegExp(`^${name}`) }).locator('.card-count');
  const rows = () => page.locator('a[data-row]');
  const events = (kind: string) => page.locator(`.timeline .kind-${kind}`);

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
  }, 90_000);

  test('a visitor without a session signs in and lands on the page asked for', async () => {
    await browser.signIn('/upload');
    await page.getByRole('heading', { name: '上传订单' }).waitFor();
    await page.locator('h1:focus').waitFor();
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

  test('an upload that was cut off says so and sends the same file again', async () => {
    browser.expected.push(/ERR_FAILED/);
    await browser.go('/upload');
    const cutOff = /\/v1\/imports\?/;
    await page.route(cutOff, (route) => route.abort());
    await page.setInputFiles('input[type=file]', {
      ...fileOf({ 订单编号: 'CQFAULTY0001', 商品编码: '851310900' }),
      name: '有误.csv',
    });
    await page.getByText('无法连接网关，请检查网络后重试。').waitFor();
    await page.unroute(cutOff);
    await page.getByRole('button', { name: '重试' }).click();
    await page.getByRole('heading', { name: /有误\.csv.*已完成/ }).waitFor();
  });

  test('a faulty row shows its row number, the fault, what to do and where the rule stands', async () => {
    const row = page.locator('tbody tr', { hasText: 'CQFAULTY0001' });
    await row.waitFor();
    expect(await row.locator('td').first().textContent()).toBe('2');
    const fault = row.locator('.faults li', { hasText: '商品编码' }).first();
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
    await browser.go(importPath);
    await page.getByRole('link', { name: '查看申报' }).click();
    await rows().first().waitFor();
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('importId')).toBe(importPath.split('/').at(-1));
    await eventually(
      () => browser.gateway.operator.get<{ byVerdict: Record<string, number> }>('/v1/declarations/counts'),
      ({ byVerdict }) => (byVerdict.cleared ?? 0) > 0,
    );
    await page.reload();
    await page.getByRole('button', { name: /^结关/ }).click();
    await page.waitForURL(/stage=cleared/);
    await rows().first().waitFor();
    // The rows of the whole list stand until those of the stage have come, and further ones are cleared meanwhile.
    const { stages } = await eventually(
      async () => ({
        stages: await page.locator('tbody .stage .state').allTextContents(),
        cleared: await numberOf(card('结关')),
      }),
      (shown) =>
        shown.stages.length === Math.min(shown.cleared, 50) &&
        shown.stages.every((stage) => stage === '结关'),
    );
    expect(stages.length).toBeGreaterThan(0);
  }, 60_000);

  test('the list is worked by keyboard: / searches, j and k move, Enter opens', async () => {
    await browser.go('/declarations');
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
    await browser.go('/declarations?verdict=cleared');
    await rows().first().click();
    await page.locator('.timeline-group').first().waitFor();
    expect(await page.locator('.document').count()).toBe(4);
    // Folded per document at first; all together in order of time.
    expect(await page.locator('.timeline-group').count()).toBe(5);
    await page.locator('.timeline-panel').getByText('全部', { exact: true }).click();
    await page.locator('.timeline-group').first().waitFor({ state: 'detached' });
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
    await browser.go('/upload');
    await page.getByRole('heading', { name: '上传订单', exact: true }).waitFor();
    await page.getByRole('button', { name: '切换为英文' }).click();
    await page.getByRole('heading', { name: 'Upload orders' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Upload orders' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.getByRole('button', { name: 'Switch to Chinese' }).click();
    await page.getByRole('heading', { name: '上传订单', exact: true }).waitFor();
  });

  test('totals draw a chart, and each line leads to exactly the records it counts', async () => {
    await browser.go('/totals');
    await page.locator('.chart canvas').first().waitFor();
    const colours = await eventually(
      () => page.evaluate<number>(COLOURS_OF_CHART),
      (count) => count > 3,
    );
    expect(colours).toBeGreaterThan(3);

    const fen = (text: string) => BigInt(text.replace(/[^\d]/g, ''));
    // Further declarations are cleared meanwhile: then the line is read again.
    await eventually(
      async () => {
        await browser.go('/totals');
        const line = page.locator('.totals-table tbody tr.ant-table-row:not(.group-row)').first();
        const counted = (await line.locator('td').nth(2).textContent()) ?? '';
        await line.getByRole('link', { name: '记录' }).click();
        await page.waitForURL(/\/totals\/records\?.*month=/);
        const records = page.locator('.totals-table tbody tr.ant-table-row');
        await records.first().waitFor();
        const each = await records.locator('td:nth-last-child(2)').allTextContents();
        return [each.map(fen).reduce((sum, one) => sum + one, 0n), fen(counted)].map(String);
      },
      ([sum, counted]) => counted !== '0' && sum === counted,
    );
  });

  test('signing out ends the session; signing in again comes back to the page that was left', async () => {
    await browser.go('/totals?from=2026-01&to=2026-11');
    await page.getByRole('button', { name: '账户' }).click();
    await page.getByText('退出登录').click();
    await page.getByRole('heading', { name: '登录' }).waitFor();
    await browser.signIn();
    await page.getByRole('heading', { name: '统计' }).waitFor();
    expect(new URL(page.url()).search).toBe('?from=2026-01&to=2026-11');
  });

  test('a wrong password says so without saying which part was wrong', async () => {
    browser.expected.push(/status of 401/);
    await page.getByRole('button', { name: '账户' }).click();
    await page.getByText('退出登录').click();
    await page.getByLabel('邮箱').fill(browser.email);
    await page.getByLabel('密码', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('alert').getByText('邮箱或密码不正确').waitFor();
  });

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
