import { beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { dayOf } from '../../src/base/clock.js';
import { openConsole, type ConsoleBrowser } from './browser.js';

describe('registers and ledgers in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  const csv = (name: string, ...lines: string[]) => ({
    name,
    mimeType: 'text/csv',
    buffer: Buffer.from(lines.join('\n')),
  });
  const told = () => page.locator('.ant-alert[role=status]').first();
  const ORDER = 'REG-CONSOLE-1';

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    await page.setViewportSize({ width: 1280, height: 900 });
    await browser.enter('/upload');
    await browser.handIn({ 订单编号: ORDER, 支付交易编号: 'PAYREG1', 物流运单编号: 'YTREG1' });
  }, 180_000);

  test('a file whose columns nobody knows is asked for once, then read by itself', async () => {
    const file = csv(
      '海外仓.csv',
      'Hall,Land,Street,性质,取得方式,面积,面积起算日',
      'Halle Nord,德国,Hafenstraße 9,公共,租赁,1000,2026-01-01',
      'Halle Süd,月球,Hafenstraße 10,公共,租赁,1000,2026-01-01',
    );
    await browser.go('/warehouses');
    await page.setInputFiles('input[type=file]', file);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Halle Nord').waitFor();
    for (const [header, column] of [
      ['Hall', '海外仓名称'],
      ['Land', '国家'],
      ['Street', '地址'],
    ] as const) {
      await dialog.getByLabel(`读作 ${header}`).click();
      await page
        .locator('.ant-select-dropdown:visible .ant-select-item', { hasText: column })
        .first()
        .click();
    }
    await dialog.getByRole('button', { name: '导入' }).click();
    await told().getByText('新增 1，修改 0，未变 0').waitFor();
    expect(await told().textContent()).toContain('月球');
    await page.setInputFiles('input[type=file]', file);
    await told().getByText('新增 0，修改 0，未变 1').waitFor();
  });

  test('a paper is kept with the hash of its bytes and comes back as it was', async () => {
    const bytes = Buffer.from('%PDF-1.7 lease');
    await browser.go('/warehouses');
    await page.getByRole('link', { name: 'Halle Nord' }).click();
    await page.getByRole('tab', { name: '证明材料' }).click();
    await page.getByRole('button', { name: '上传材料' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('名称').fill('租约');
    await dialog
      .locator('input[type=file]')
      .setInputFiles({ name: 'lease.pdf', mimeType: 'application/pdf', buffer: bytes });
    await dialog.getByRole('button', { name: '保存' }).click();
    const row = page.getByRole('row', { name: /租约/ });
    await row.waitFor();
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect(await row.locator('.hash').getAttribute('title')).toBe(hash);
    const link = await row.locator('a[download]').getAttribute('href');
    const back = await page.evaluate(
      async (path) => [...new Uint8Array(await (await fetch(path)).arrayBuffer())],
      link ?? '',
    );
    expect(Buffer.from(back)).toEqual(bytes);
  });

  test('settlement and tax are imported, and stand with the declaration they are for', async () => {
    const today = dayOf(new Date());
    await browser.go('/settlements');
    await page.setInputFiles(
      'input[type=file]',
      csv(
        '收汇.csv',
        '银行,流水号,币种,金额,日期,订单编号',
        `示例银行,FX-1,JPY,100,${today},${ORDER}`,
        `示例银行,FX-2,JPY,100,${today},没有这单`,
      ),
    );
    await told().getByText('新增 1 笔，核销 1 单').waitFor();
    expect(await told().textContent()).toContain('没有这单');
    await browser.go('/tax-records');
    await page.setInputFiles(
      'input[type=file]',
      csv('退税.csv', '订单编号,类型,状态,税额,日期,批次号', `${ORDER},退税,已申报,13.00,${today},202611`),
    );
    await told().getByText('新增 1 条').waitFor();
    await page.getByRole('link', { name: ORDER }).click();
    const four = page.locator('.panel', { hasText: '四项记录' });
    await four.getByText('部分收汇').waitFor();
    await four.getByText('退税 · 已申报').waitFor();
  });

  test('what is taken while its list is still on its way stands in the list all the same', async () => {
    await browser.go('/upload');
    let arrive = () => undefined as void;
    const held = new Promise<void>((resolve) => (arrive = resolve));
    let asked = 0;
    await page.route(/\/v1\/tax-records\?/, async (route) => {
      const response = await route.fetch();
      if (++asked === 1) await held;
      await route.fulfill({ response });
    });
    await browser.go(`/tax-records?search=${ORDER}`);
    const today = dayOf(new Date());
    await page.setInputFiles(
      'input[type=file]',
      csv('退税.csv', '订单编号,类型,状态,税额,日期,批次号', `${ORDER},退税,已申报,14.00,${today},202612`),
    );
    await told().getByText('新增 1 条').waitFor();
    arrive();
    await page.getByRole('row', { name: /14\.00.*202612/ }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
  });

  test('the registry takes a file, refuses its wrong row in words, and shows one enterprise with every change', async () => {
    const code = '91500000MA5U0ABC13';
    await browser.go('/registry');
    await page.setInputFiles(
      'input[type=file]',
      csv(
        '名录.csv',
        '统一社会信用代码,企业名称,事项,内容,起始日期,来源',
        `${code},重庆名录测试有限公司,所在区县,黔江区,2026-01-01,备案表`,
        `${code},,经营异常,,2026-11-01,公示系统`,
        `123,,经营异常,,2026-11-01,公示系统`,
      ),
    );
    await told()
      .getByText(/新增 3/)
      .waitFor();
    expect(await told().textContent()).toContain('第 4 行');
    await page.getByLabel('只看信用名单命中').click();
    await page.getByRole('link', { name: '重庆名录测试有限公司' }).click();
    await page.getByRole('alert').getByText('经营异常名录').waitFor();
    await page.getByRole('tab', { name: '变更历史' }).click();
    await page
      .getByRole('row', { name: /所在区县.*黔江区/ })
      .last()
      .waitFor();
  });

  test('the pages are whole in English at 390 pixels too', async () => {
    await page.getByRole('button', { name: '切换为英文' }).first().click();
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of [
      'warehouses',
      'stock',
      'warehouse-figures',
      'settlements',
      'tax-records',
      'registry',
    ]) {
      await browser.go(`/${path}`);
      await page.locator('h1').waitFor();
      await page.locator('table').first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1)).toBe(true);
      expect(await page.locator('h1').textContent()).not.toMatch(/[\u4e00-\u9fff]/);
    }
    expect(browser.errors).toEqual([]);
  });
});
