import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/gateway.js';
import { openConsole, type ConsoleBrowser } from './browser.js';

interface Queue {
  items: { verdict: string }[];
}

describe('work after the first declaration, in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  const rows = () => page.locator('a[data-row]');
  const events = (kind: string) => page.locator(`.timeline .kind-${kind}`);

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    await browser.enter('/');
  }, 90_000);

  test('a refused declaration is explained, corrected and released from the console', async () => {
    await browser.handIn({
      订单编号: 'CQREFUSED0001',
      支付交易编号: 'PAYREFUSED0001',
      物流运单编号: 'YTREFUSED0001-SBWAYBILL100',
    });
    const refusal = page.locator('.refusal', { hasText: '出口物流运单' });
    const { operator } = browser.gateway;
    await eventually(
      () => operator.get<Queue>('/v1/declarations?q=CQREFUSED0001'),
      ({ items }) => items[0]?.verdict === 'refused',
    );
    await browser.go('/refusals');
    await refusal.waitFor();
    expect(await refusal.locator('.code-mark').textContent()).toBe('1300');
    // A dense row opens to what it means.
    if ((await page.locator('.refusal-body').count()) === 0) await refusal.locator('.code-mark').click();
    expect(await page.locator('.refusal-body').textContent()).toContain('处理办法');
    await refusal.getByRole('link', { name: /查看 1 票/ }).click();
    await rows().first().click();

    // By keyboard: the drawer takes the focus, and when it is over the heading has it, as the button is gone.
    await page.getByRole('button', { name: '更正并重新申报', disabled: false }).press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.getByLabel('查找字段').fill('logisticsNo');
    await drawer.getByLabel('物流运单编号').fill('YTREFUSED0001');
    const change = drawer.locator('.preview-document', { hasText: '出口物流运单' });
    await change.getByText('重新申报').waitFor();
    expect(await change.locator('del').textContent()).toBe('YTREFUSED0001-SBWAYBILL100');
    await drawer.getByLabel('更正原因').fill('运单编号录入有误');
    await drawer.getByRole('button', { name: '重新申报' }).press('Enter');
    await drawer.waitFor({ state: 'hidden' });
    await page.locator('h1:focus').waitFor();

    await page.locator('.standing', { hasText: /放行|结关/ }).waitFor();
    const changed = events('decision').filter({ hasText: '运单编号录入有误' });
    expect(await changed.locator('.changes ins').first().textContent()).toBe('YTREFUSED0001');
    expect(await page.locator('.earlier-documents > summary').textContent()).toMatch(/历次版本/);
  }, 90_000);

  test('a bill summary is made from a bill number and taken in by customs', async () => {
    const bill = '99920261199';
    await browser.handIn(
      ...[1, 2].map((n) => ({
        订单编号: `CQBILL000${n}`,
        支付交易编号: `PAYBILL000${n}`,
        物流运单编号: `YTBILL000${n}`,
        提运单号: bill,
      })),
    );
    const draft = page.getByRole('button', { name: '起草' });
    const submit = page.getByRole('button', { name: '提交申报' });
    // The lists must have been taken in by customs before a summary may name them.
    await eventually(
      () => browser.gateway.operator.get<Queue>('/v1/declarations?q=CQBILL'),
      ({ items }) => items.length === 2 && items.every(({ verdict }) => verdict === 'cleared'),
    );
    await browser.go('/filings/new');
    await page.getByLabel('提运单号').fill(bill);
    await draft.click();
    await page.getByText('内容完整，可以提交').waitFor();
    expect(
      await page.locator('.panel', { has: submit }).locator('tbody tr.ant-table-row:not(details *)').count(),
    ).toBe(2);
    await page.getByText('涵盖的申报（2）').click();
    await page.getByRole('link', { name: 'CQBILL0001', exact: true }).waitFor();
    await submit.click();
    await page.waitForURL(/\/filings\/[0-9a-f]{8}-/);
    await page.locator('.standing', { hasText: '海关入库' }).waitFor();
    expect(await page.getByText('涵盖的申报（2）').count()).toBe(1);

    await page.getByRole('link', { name: 'CQBILL0001' }).click();
    await page.getByRole('heading', { name: 'CQBILL0001' }).waitFor();
    await page.getByRole('link', { name: '出口清单总分单' }).waitFor();
  }, 90_000);

  test('the adviser compares the regimes of a declaration side by side and recommends at most one', async () => {
    await browser.go('/declarations?q=CQBILL0001');
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

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
