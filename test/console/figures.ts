import { beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import type { Page } from 'playwright-core';
import type { z } from 'zod';
import type {
  figureRecordDetailSchema,
  figureRecordSchema,
  figuresSchema,
  snapshotSchema,
} from '../../src/views/figures/shapes.js';
import { enrol } from '../support/client.js';
import { eventually } from '../support/gateway.js';
import { makeUscc } from '../support/uscc.js';
import { EXAMPLE, numberOf, openConsole, type ConsoleBrowser } from './browser.js';

const historyRow = (documentNo: string, amount: string, day = '2025-03-10', enterprise = 8803) => ({
  单证编号: documentNo,
  商品序号: '1',
  事项: '结关',
  日期: day,
  统一社会信用代码: makeUscc(enterprise),
  企业名称: enterprise === 8803 ? '黔江示例历史卖家有限公司' : `示例历史卖家 ${enterprise} 号`,
  监管方式: '9610',
  进出口标志: '出口',
  最终目的国: '502',
  商品编码: '9503002100',
  数量: '1000',
  计量单位: '007',
  币制: 'USD',
  金额: amount,
});

/** Digits in groups, as pages show them. */
const decimalText = (value: string) => value.replace(/\B(?=(\d{3})+\.)/g, ',');

type Figures = z.output<typeof figuresSchema>;
type Snapshot = z.output<typeof snapshotSchema>;
type RecordDetail = z.output<typeof figureRecordDetailSchema>;

describe('figures in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  const lines = () => page.locator('.totals-table tbody tr.ant-table-row');

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    await page.setViewportSize({ width: 1280, height: 900 });
    await browser.enter('/upload');
    await page.setInputFiles('input[type=file]', EXAMPLE);
    await page.getByRole('heading', { name: /orders-9610\.csv.*已完成/ }).waitFor({ timeout: 60_000 });
    const accepted = await numberOf(page.locator('.tile', { hasText: '已接受' }).locator('b'));
    await eventually(
      () => browser.gateway.operator.get<Figures>('/v1/figures'),
      ({ sum }) => sum.gross.documents === accepted,
      60_000,
    );
  }, 180_000);

  test('lines stand in groups whose subtotals are those of the gateway, whole to read at 1280 pixels', async () => {
    await browser.go('/totals?by=month,enterprise,country');
    await lines().first().waitFor();
    const { operator } = browser.gateway;
    const months = await operator.get<Figures>('/v1/figures?by=month');
    const all = await operator.get<Figures>('/v1/figures?by=month,enterprise,country');
    const groups = await operator.get<Figures>('/v1/figures?by=month,enterprise');
    expect(await lines().count()).toBe(months.lines.length + groups.lines.length + all.lines.length);
    const subtotals = await page.locator('tr.level-0 td:nth-child(3)').allTextContents();
    expect(subtotals).toEqual(months.lines.map((line) => decimalText(line.gross.cny)));
    expect(await page.locator('.sum-row td').nth(2).textContent()).toBe(decimalText(all.sum.gross.cny));

    const name = page.locator('tr.level-1 .group-cell button > span').first();
    expect(await name.textContent()).toBe(groups.lines[0]?.text.enterprise?.zh);
    const fits = await name.evaluate((span) => span.scrollWidth <= span.clientWidth + 1);
    expect(fits).toBe(true);
  });

  test('the page follows a window that becomes narrower, its drawings too', async () => {
    const drawn = () =>
      page
        .locator('.charts canvas')
        .first()
        .evaluate((canvas) => canvas.clientWidth);
    await page.setViewportSize({ width: 1900, height: 900 });
    await eventually(drawn, (width) => width > 1000);
    await page.setViewportSize({ width: 1280, height: 900 });
    await eventually(drawn, (width) => width < 800);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
  });

  test('a figure leads to its record and the signed bytes, and the way back keeps the question', async () => {
    await browser.go('/totals?by=month,country');
    await lines().nth(1).getByRole('link', { name: '记录' }).click();
    await page.locator('.totals-table a.mono').first().click();
    await page.getByRole('heading', { name: /第 \d+ 行/ }).waitFor();
    await page
      .getByRole('row', { name: /已签名报文/ })
      .first()
      .getByRole('button', { name: '查看' })
      .click();
    await page.locator('.bytes-hash .good').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: '返回记录' }).click();
    await page.getByRole('link', { name: '返回统计' }).click();
    await lines().first().waitFor();
    expect(new URL(page.url()).searchParams.get('by')).toBe('month,country');
  });

  test('a click on a value narrows the page to it, and the mark takes it back', async () => {
    await browser.go('/totals?by=transport');
    await lines().first().waitFor();
    const all = await lines().count();
    await lines().first().locator('.group-cell button').click();
    await page.waitForURL(/transport=/);
    await page.locator('.filter-mark').waitFor();
    await page.locator('.filter-mark').getByLabel('移除').click();
    await page.waitForURL((at) => !at.searchParams.has('transport'));
    // Until the answer is there the page keeps the narrower figures, pale.
    await eventually(
      () => lines().count(),
      (count) => count === all,
    );
  });

  test('an officer sees the messages behind a figure without what names a person', async () => {
    const { client } = await enrol(browser.gateway.operator, { code: null, name: '商务委', role: 'officer' });
    const { items } = await client.get<{ items: z.output<typeof figureRecordSchema>[] }>(
      '/v1/figures/records?limit=1',
    );
    const detail = await client.get<RecordDetail>(items[0]?.detail ?? '');
    expect(detail.messages.length).toBeGreaterThan(1);
    expect([...detail.messages, ...detail.receipts].every(({ bytes }) => bytes === null)).toBe(true);
    const texts = await Promise.all(
      detail.messages.map(async ({ masked }) => (await client.raw('GET', masked)).text()),
    );
    const numbers = [...texts.join('').matchAll(/<(?:\w+:)?\w*Telephone>([^<]+)</g)].map(
      ([, value]) => value,
    );
    expect(numbers.length).toBeGreaterThan(0);
    expect(new Set(numbers)).toEqual(new Set(['***']));
    expect(texts.join('')).toContain(detail.orderNos[0] ?? 'no order');
  });

  test('figures are frozen from the page, and the file is the one whose hash is kept', async () => {
    await browser.go('/totals');
    await page.getByRole('button', { name: '冻结与签名' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('名称').fill('年度核对');
    await dialog.getByRole('button', { name: '冻结快照' }).click();
    const row = page.locator('.snapshots tr', { hasText: '年度核对' });
    await row.waitFor();
    const { operator } = browser.gateway;
    const { items } = await operator.get<{ items: Snapshot[] }>('/v1/figures/snapshots');
    for (const { path, sha256 } of items[0]?.files ?? []) {
      const bytes = Buffer.from(await (await operator.raw('GET', path)).arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    expect(items[0]?.files.length).toBe(2);
  });

  test('history is handed in with its source, wrong rows are told beside what was taken, and the file leads to its records', async () => {
    await browser.go('/history');
    const choose = page.locator('button', { hasText: '导入历史数据' });
    expect(await choose.getAttribute('aria-disabled')).toBe('true');
    const source = page.getByLabel('数据来源');
    await source.fill('重庆海关提供的 2025 年清关明细');
    // What was typed is thrown away neither by leaving nor by closing the tab unasked.
    await page.getByRole('link', { name: '月报与快照' }).click();
    const question = page.getByRole('dialog').filter({ hasText: '放弃已填写的内容' });
    await question.getByRole('button', { name: '继续填写' }).click();
    expect(await source.inputValue()).toContain('重庆海关');
    expect(await page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))).toBe(
      true,
    );
    const template = await browser.gateway.operator.raw('GET', '/v1/figures/history/template');
    expect(template.headers.get('content-type')).toContain('spreadsheetml');
    await page.setInputFiles('input[type=file]', {
      name: '清关-2025.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        stringify([historyRow('801320250000000901', '700000'), historyRow('801320250000000902', '一百')], {
          header: true,
        }),
      ),
    });
    const verdict = page.getByRole('status').filter({ hasText: /新增或更新 1 行/ });
    await verdict.waitFor();
    expect(await verdict.textContent()).toContain('1 行没有采用');
    const file = page.locator('tr.ant-table-row', { hasText: '清关-2025.csv' });
    expect(await file.textContent()).toContain('重庆海关提供的 2025 年清关明细');
    await file.getByRole('link', { name: '查看记录' }).click();
    await page.getByRole('link', { name: /801320250000000901/ }).click();
    await page.getByText('清关-2025.csv').waitFor();
  });

  test('paper has every row of a table that the screen shows by pages, and the sum once', async () => {
    const rows = Array.from({ length: 103 }, (_, i) =>
      historyRow(`80132024${String(i).padStart(10, '0')}`, '100', '2024-05-10', 9_100 + i),
    );
    await browser.gateway.operator.upload(
      `/v1/figures/history?${new URLSearchParams({ fileName: '2024.csv', source: '二〇二四年清关明细' })}`,
      Buffer.from(stringify(rows, { header: true })),
    );
    await browser.go('/totals?from=2024-05&to=2024-05&by=enterprise');
    await page.locator('.ant-pagination').waitFor();
    expect(await lines().count()).toBe(100);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await eventually(
      () => lines().count(),
      (count) => count === 103,
    );
    expect(await page.locator('.sum-row').count()).toBe(1);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await eventually(
      () => lines().count(),
      (count) => count === 100,
    );
  });

  test('a printed file says that it is being made, is begun once and can be cancelled; what goes wrong is told in words and the page stays', async () => {
    await browser.go('/totals');
    const menu = page.getByRole('button', { name: '导出' });
    const choose = async () => {
      await menu.hover();
      await page.getByRole('menuitem', { name: 'PDF' }).click();
    };
    const print = /\/v1\/figures\.pdf/;
    let begun = 0;
    await page.route(print, () => void begun++);
    await choose();
    await page.getByRole('button', { name: '正在生成，点此取消' }).click();
    await menu.waitFor();
    expect(begun).toBe(1);
    await page.unroute(print);

    browser.expected.push(/status of 422/);
    await page.route(print, (route) => {
      const message = { zh: '行数太多，请缩小范围', en: 'too many rows' };
      const fault = { severity: 'fault', code: 'Y05', path: 'query', message, fix: message, source: '约定' };
      return route.fulfill({ status: 422, json: { status: 422, title: '不能打印', faults: [fault] } });
    });
    await choose();
    await page.locator('.ant-notification').getByText('行数太多，请缩小范围').first().waitFor();
    await page.unroute(print);
    const [download] = await Promise.all([page.waitForEvent('download'), choose()]);
    expect(
      readFileSync(await download.path())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect(download.suggestedFilename()).toMatch(/\.pdf$/);
  });

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
