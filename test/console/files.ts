import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { fileOf, numberOf, openConsole, type ConsoleBrowser } from './browser.js';

describe('files of a seller, in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  /** The example order with one header of its own and a column nobody knows. */
  const foreign = (orderNo: string) => {
    const file = fileOf({ 订单编号: orderNo, 支付交易编号: `P${orderNo}`, 物流运单编号: `W${orderNo}` });
    const [head = '', row = ''] = file.buffer.toString().split('\n');
    const text = `${head.replace('订单编号', '我方单据')},颜色\n${row},红\n`;
    return { ...file, name: '自有格式.csv', buffer: Buffer.from(text) };
  };
  const accepted = async () => {
    await page.getByRole('heading', { name: /自有格式\.csv.*已完成/ }).waitFor();
    return numberOf(page.locator('.tile', { hasText: '已接受' }).locator('b'));
  };

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    await browser.enter('/');
  }, 90_000);

  test('columns nobody knows are asked about once, kept as a profile, and known the next time', async () => {
    await browser.go('/upload');
    await page.setInputFiles('input[type=file]', foreign('FILES0001'));
    await page.getByRole('heading', { name: /确认列的含义/ }).waitFor();
    expect(await page.getByText('待确认').count()).toBe(2);
    await page.getByRole('combobox', { name: '读作 我方单据' }).fill('orderNo');
    await page.keyboard.press('Enter');
    await page.getByLabel('方案名称').fill('自有格式');
    await page.getByRole('button', { name: '保存方案并导入' }).click();
    expect(await accepted()).toBe(1);

    await browser.go('/upload');
    await page.setInputFiles('input[type=file]', foreign('FILES0002'));
    expect(await accepted()).toBe(1);
    expect(browser.errors).toEqual([]);
  }, 90_000);

  test('a profile says how days are meant and which columns are joined', async () => {
    const columns = ['单据甲', '街道', '城市名', '付款日'];
    const rows = [columns, ['FILES0009', '1 Road', 'Austin', '03/04/2026']];
    const buffer = Buffer.from(`${rows.map((row) => row.join(',')).join('\n')}\n`);
    await browser.go('/upload');
    await page.setInputFiles('input[type=file]', { name: '合并.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('heading', { name: /确认列的含义/ }).waitFor();
    const read = async (column: string, field: string) => {
      await page.getByRole('combobox', { name: `读作 ${column}` }).fill(field);
      await page.keyboard.press('Enter');
    };
    await read('单据甲', 'orderNo');
    await read('付款日', 'payment.accountingDate');
    for (const column of ['街道', '城市名']) {
      await read(column, 'consignee.address');
      await page.getByRole('combobox', { name: `几列读作同一字段 ${column}` }).click();
      await page.locator('.ant-select-dropdown:visible').getByText('连接起来').click();
    }
    await page.getByRole('combobox', { name: '03/04/2026 的意思' }).click();
    await page.locator('.ant-select-dropdown:visible').getByText('3 月 4 日').click();
    await page.getByLabel('方案名称').fill('合并');
    const saved = page.waitForRequest((request) => request.url().endsWith('/v1/profiles'));
    await page.getByRole('button', { name: '保存方案并导入' }).click();
    expect((await saved).postDataJSON()).toMatchObject({
      dateOrder: 'mdy',
      columns: [
        { header: '单据甲', field: 'orderNo' },
        { header: '街道', field: 'consignee.address', join: ' ' },
        { header: '城市名', field: 'consignee.address', join: ' ' },
        { header: '付款日', field: 'payment.accountingDate' },
      ],
    });
    await page.waitForURL(/\/upload\/[0-9a-f-]{36}$/);
    expect(browser.errors).toEqual([]);
  }, 60_000);

  test('amounts that stand on every row of an order are added up when the person says so', async () => {
    const rows = [
      ['单据乙', '每行分摊'],
      ['FILES0010', '1.50'],
      ['FILES0010', '2.25'],
    ];
    const buffer = Buffer.from(`${rows.map((row) => row.join(',')).join('\n')}\n`);
    await browser.go('/upload');
    await page.setInputFiles('input[type=file]', { name: '分摊.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('heading', { name: /确认列的含义/ }).waitFor();
    for (const [column, field] of [
      ['单据乙', 'orderNo'],
      ['每行分摊', 'freight'],
    ]) {
      await page.getByRole('combobox', { name: `读作 ${column}` }).fill(field!);
      await page.keyboard.press('Enter');
    }
    await page.getByRole('combobox', { name: '几列读作同一字段 每行分摊' }).click();
    await page.locator('.ant-select-dropdown:visible').getByText('各行相加').click();
    await page.getByLabel('方案名称').fill('分摊');
    const saved = page.waitForRequest((request) => request.url().endsWith('/v1/profiles'));
    await page.getByRole('button', { name: '保存方案并导入' }).click();
    expect((await saved).postDataJSON()).toMatchObject({
      columns: [
        { header: '单据乙', field: 'orderNo' },
        { header: '每行分摊', field: 'freight', sum: true },
      ],
    });
    await page.getByRole('heading', { name: /分摊\.csv/ }).waitFor();
    // Much is missing in such a file, but the two amounts of the order do not contradict each other.
    await page.getByText('有误订单的原因').waitFor();
    expect(await page.getByText(/每行分摊/).count()).toBe(0);
    expect(browser.errors).toEqual([]);
  }, 60_000);

  test('goods are imported from a file and changed in place; every version stays', async () => {
    await browser.go('/upload/goods');
    const goods = 'SKU,HS编码,品名,单位\nSKU-9,9503002100,毛绒玩具,个\nSKU-10,9503002100,玩具,没有\n';
    await page.setInputFiles('input[type=file]', {
      name: 'goods.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(goods),
    });
    await page.getByText('新增 1，修改 0，未变 0').waitFor();
    await page.getByText(/计量单位.*没有.*不在代码表中/).waitFor();
    await page.getByRole('button', { name: /修改 · 第 1 版/ }).click();
    await page.getByText('SKU-9 的历次修改').waitFor();
    await page.getByLabel('规格型号').fill('涤纶|无品牌');
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByRole('button', { name: /修改 · 第 2 版/ }).click();
    await page.getByText('SKU-9 的历次修改').waitFor();
    expect(await page.getByLabel('规格型号').inputValue()).toBe('涤纶|无品牌');
    expect(await page.locator('ul.faults li', { hasText: '毛绒玩具' }).count()).toBe(2);
    expect(browser.errors).toEqual([]);
  }, 60_000);

  test('defaults are given once and kept with their version', async () => {
    await browser.go('/upload/defaults');
    await page.getByLabel('航班航次号').fill('20261102');
    await page.getByRole('tab', { name: /^9810/ }).click();
    expect(await page.getByLabel('航班航次号').getAttribute('placeholder')).toBe('20261102');
    await page.getByLabel('航班航次号').fill('V810');
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText(/第 1 版 · /).waitFor();
    await page.reload();
    expect(await page.getByLabel('航班航次号').inputValue()).toBe('20261102');
    await page.getByRole('tab', { name: /^9810（1 项）/ }).click();
    expect(await page.getByLabel('航班航次号').inputValue()).toBe('V810');
    expect(browser.errors).toEqual([]);
  }, 60_000);
});
