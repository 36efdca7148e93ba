import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { eventually } from '../support/gateway.js';
import { openConsole, type ConsoleBrowser } from './browser.js';

describe('lists on paper, and the adviser on a phone', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  let url: string;
  const rows = () => page.locator('a[data-row]');

  beforeAll(async () => {
    browser = await openConsole();
    ({ page, url } = browser);
    await page.goto(url);
    await browser.signIn();
    await browser.handIn(
      ...[1, 2, 3].map((n) => ({
        订单编号: `CQFORM000${n}`,
        支付交易编号: `PAYFORM000${n}`,
        物流运单编号: `YTFORM000${n}`,
      })),
    );
    await eventually(
      async () => (
        await page.goto(`${url}/declarations?q=CQFORM`),
        await rows().nth(2).waitFor(),
        page.getByText('结关').count()
      ),
      (cleared) => cleared >= 3,
    );
  }, 120_000);
  afterAll(() => browser?.close());

  test('chosen lists print as the form of customs, one a sheet, with head, goods and the places of the seals', async () => {
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByRole('button', { name: '打印清单' }).click();
    await page.waitForURL(/\/declarations\/print\?ids=/);
    await page.locator('.list-form').nth(2).waitFor();
    const pdf = join(browser.gateway.dir, 'lists.pdf');
    await page.pdf({ path: pdf });
    const text = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
    const sheets = text.split('\f').filter((sheet) => sheet.trim() !== '');
    expect(sheets).toHaveLength(3);
    for (const sheet of sheets)
      for (const words of ['出境清单', '商品编码', '海关批注及签章', '申报企业（签章）', '清单编号'])
        expect(sheet).toContain(words);
    expect(sheets.map((sheet) => /CQFORM000\d/.exec(sheet)?.[0]).sort()).toEqual([
      'CQFORM0001',
      'CQFORM0002',
      'CQFORM0003',
    ]);
  }, 60_000);

  test('on a phone the adviser fits and says its verdict first', async () => {
    await page.goto(`${url}/declarations?q=CQFORM0001`);
    const href = (await rows().first().getAttribute('href')) ?? '';
    const id = /declarations\/([0-9a-f-]+)/.exec(href)?.[1] ?? '';
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${url}/adviser?declaration=${id}`);
    const answer = page.locator('.adviser-answer');
    await answer.waitFor();
    await page.locator('table.advice').waitFor();
    const box = (await answer.boundingBox())!;
    expect(box.y + box.height).toBeLessThan(800);
    expect(box.y).toBeLessThan((await page.locator('table.advice').boundingBox())!.y);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  }, 60_000);

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
