import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { readSheet } from 'read-excel-file/node';
import { eventually } from '../support/gateway.js';
import { numberOf, openConsole, type ConsoleBrowser } from './browser.js';

/** Who carries the orders of the example. */
const CARRIER = '91500100MA6C96RA5A';

describe('the queue of declarations and what needs a person', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  let url: string;
  const rows = () => page.locator('a[data-row]');
  const cards = () => page.locator('button.card');

  beforeAll(async () => {
    browser = await openConsole();
    ({ page, url } = browser);
    await browser.enter('/');
    await browser.handIn(
      {
        订单编号: 'CQQUEUE0001',
        支付交易编号: 'PAYQUEUE0001',
        物流运单编号: 'YTQUEUE0001-SBWAYBILL100',
      },
      { 订单编号: 'CQQUEUE0002-SBREFUSE', 支付交易编号: 'PAYQUEUE0002', 物流运单编号: 'YTQUEUE0002' },
      { 订单编号: 'CQQUEUE0003-SBDETAIN', 支付交易编号: 'PAYQUEUE0003', 物流运单编号: 'YTQUEUE0003' },
      { 订单编号: 'CQPLAIN0004', 支付交易编号: 'PAYQUEUE0004', 物流运单编号: 'YTQUEUE0004' },
      { 订单编号: 'CQTRAY0005-SBUNKNOWNRCPT', 支付交易编号: 'PAYQUEUE0005', 物流运单编号: 'YTQUEUE0005' },
      { 订单编号: 'CQTRAY0006-SBSILENT', 支付交易编号: 'PAYQUEUE0006', 物流运单编号: 'YTQUEUE0006' },
    );
    await eventually(
      async () =>
        (
          await browser.gateway.operator.get<{ items: { stage: string; attention: boolean }[] }>(
            '/v1/declarations?q=PAYQUEUE',
          )
        ).items,
      (found) =>
        found.filter(({ attention }) => attention).length === 3 &&
        found.filter(({ stage }) => stage === 'cleared').length === 2,
    );
  }, 120_000);

  test('the number on every card is the number of rows it opens, and the stages add up to all', async () => {
    await browser.go('/declarations?q=PAYQUEUE');
    await rows().first().waitFor();
    await page.locator('.card .ant-skeleton').first().waitFor({ state: 'detached' });
    const all = await numberOf(page.getByRole('button', { name: /^全部/ }).locator('.card-count'));
    expect(all).toBeGreaterThan(3);
    let sum = 0;
    for (let n = 0; n < (await cards().count()); n++) {
      const card = cards().nth(n);
      const name = await card.locator('.card-name').textContent();
      const count = await numberOf(card.locator('.card-count'));
      if (!/^(全部|待处理)$/.test(name ?? '')) sum += count;
      if ((await card.getAttribute('aria-pressed')) !== 'true') await card.click();
      const shown = await eventually(
        () => rows().count(),
        (found) => found === Math.min(count, 50),
      );
      expect([name, shown]).toEqual([name, Math.min(count, 50)]);
    }
    expect(sum).toBe(all);
  }, 90_000);

  test('the page one begins with shows what waits longest, with cause and what to do', async () => {
    await page.goto(url);
    await page.waitForURL(/\/home$/);
    await page.getByRole('heading', { name: '待办事项' }).waitFor();
    const refused = page.locator('a.card', { hasText: '退单' });
    await eventually(
      () => refused.locator('.card-count').textContent(),
      (count) => count === '2',
    );
    const todo = page.locator('.todo-list li');
    await todo.first().waitFor();
    expect(await todo.count()).toBe(3);
    expect(await todo.filter({ hasText: 'CQQUEUE0001' }).textContent()).toContain('出口物流运单');
    await refused.click();
    await page.waitForURL(/stage=refused/);
    await rows().nth(1).waitFor();
    expect(await rows().count()).toBe(2);
  });

  test('any part of a waybill number finds its declaration, in any case', async () => {
    await browser.go('/declarations');
    await page.getByPlaceholder('订单、清单、运单').fill('tqueue0002');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=tqueue0002/);
    await eventually(
      () => rows().allTextContents(),
      (found) => found.join() === 'CQQUEUE0002-SBREFUSE',
    );
  });

  test('the list is sorted by its headings, columns are chosen and stay chosen, filters are kept by name', async () => {
    await browser.go('/declarations?q=CQQUEUE');
    await rows().nth(2).waitFor();
    const heading = page.getByRole('columnheader', { name: '订单编号' });
    await heading.click();
    await page.waitForURL(/sort=order/);
    await eventually(
      () => rows().allTextContents(),
      (found) => found[0] === 'CQQUEUE0001' && found.length === 3,
    );
    await heading.click();
    await page.waitForURL(/sort=-order/);
    await eventually(
      () => rows().allTextContents(),
      (found) => found[0] === 'CQQUEUE0003-SBDETAIN',
    );

    await page.getByRole('button', { name: '显示列' }).click();
    await page.getByRole('checkbox', { name: '企业内部编号' }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: '企业内部编号' }).waitFor();

    await page.getByRole('button', { name: '常用筛选' }).click();
    await page.getByText('保存当前筛选').click();
    await page.getByRole('dialog').getByLabel('名称').fill('我的队列');
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await browser.go('/declarations');
    await page.getByRole('columnheader', { name: '企业内部编号' }).waitFor();
    await page.getByRole('button', { name: '常用筛选' }).click();
    await page.getByText('我的队列').click();
    await page.waitForURL(/q=CQQUEUE.*sort=-order/);
  });

  test('a stage that does not exist is told in words of the reader, with those there are', async () => {
    browser.expected.push(/status of 400/);
    await browser.go('/declarations?stage=nonsense');
    const told = page.locator('.fault-message').first();
    await told.getByText('没有“nonsense”这个阶段，可用的阶段：退单（refused）').waitFor();
    await page.getByRole('button', { name: '切换为英文' }).click();
    await told.getByText('there is no stage “nonsense”; the stages are Refused (refused)').waitFor();
    expect(await page.locator('.fault-source').first().textContent()).toContain(
      "documentation of this gateway's API (",
    );
    expect(await told.textContent()).not.toMatch(/\p{Script=Han}/u);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await rows().first().waitFor();
    await page.getByRole('button', { name: 'Switch to Chinese' }).click();
  });

  test('the Excel file holds the rows of the filter', async () => {
    await browser.go('/declarations?stage=refused&sort=order');
    await rows().nth(1).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '导出 Excel' }).click(),
    ]);
    const [head, ...lines] = await readSheet(readFileSync(await download.path()), '申报');
    expect(lines.map((line) => line[head!.indexOf('订单编号')])).toEqual(await rows().allTextContents());
  });

  test('an action on chosen rows gives a verdict for each', async () => {
    await browser.go('/declarations?attention=true');
    await rows().nth(2).waitFor();
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByText('已选 3 票').waitFor();
    await page.getByRole('button', { name: '重新发送未送达的单证' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('说明').fill('口岸恢复');
    await dialog.getByRole('button', { name: '对 3 票执行' }).click();
    const result = page.getByRole('dialog').filter({ hasText: '未能执行 3 票' });
    await result.waitFor();
    expect(await result.locator('tbody tr').count()).toBe(3);
    expect(await result.locator('.fault-code').first().textContent()).toBe('A08');
    await result.getByRole('button', { name: '关闭' }).last().click();
  });

  test('a declaration begins with its stage, its cause and the one next step; the next of the list is one click away', async () => {
    await browser.go('/declarations?q=CQQUEUE&sort=order');
    await rows().nth(2).waitFor();
    await rows().first().click();
    const strip = page.locator('.strip');
    await strip.waitFor();
    expect(await strip.textContent()).toContain('退单');
    expect(await strip.textContent()).toContain('出口物流运单');
    expect(await strip.locator('.code-mark').textContent()).toBe('1300');
    await strip.getByRole('button', { name: '更正并重新申报' }).waitFor();
    expect(await page.getByRole('button', { name: '更正并重新申报' }).count()).toBe(1);
    // The document at fault stands open, the others are folded; its dots have the colour of the verdict.
    expect(await page.locator('.timeline-group[open] summary b').allTextContents()).toEqual(['出口物流运单']);
    expect(await page.locator('.timeline-group[open] .event.tone-bad').count()).toBe(1);

    await page.getByText('1 / 3').waitFor();
    await page.getByRole('button', { name: '下一票' }).click();
    await page.getByRole('heading', { name: 'CQQUEUE0002-SBREFUSE' }).waitFor();
    await page.getByText('2 / 3').click();
    await page.waitForURL(/\/declarations\?q=CQQUEUE&sort=order/);
  }, 60_000);

  test('a receipt nobody claimed is given to a document found by the waybill number, no id is copied', async () => {
    await browser.go('/tray');
    const item = page.locator('tr.ant-table-row', { hasText: 'CEB304' }).first();
    await item.getByRole('button', { name: '认领' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').first().fill('tqueue0006');
    await page.locator('.ant-select-item-option', { hasText: 'CQTRAY0006-SBSILENT' }).click();
    await dialog.getByRole('combobox').nth(1).click();
    await page.locator('.ant-select-item-option', { hasText: '出口电子订单' }).click();
    await dialog.getByLabel('说明').fill('口岸电话确认');
    await dialog.getByRole('button', { name: '认领' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await browser.go('/declarations?q=CQTRAY0006');
    await rows().first().click();
    await page.locator('.document', { hasText: '出口电子订单' }).getByText('海关入库').first().waitFor();
  }, 60_000);

  test('a document that its party declared by its own channel says so on its card, and who noted it', async () => {
    const { signers } = browser.gateway.gateway;
    const find = signers.find.bind(signers);
    // As if the key of the carrier were not held here.
    signers.find = (code, except) => (code === CARRIER ? undefined : find(code, except));
    await browser.handIn({
      订单编号: 'CQPARTY0007',
      支付交易编号: 'PAYPARTY0007',
      物流运单编号: 'YTPARTY0007',
    });
    await browser.go('/declarations?q=CQPARTY0007');
    await rows().first().click();
    const card = page.locator('.document', { hasText: '运单' }).first();
    await card.getByRole('button', { name: '已由责任主体申报' }).click();
    signers.find = find;
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('说明').fill('承运人电话确认');
    await dialog.getByRole('button', { name: '已由责任主体申报' }).click();
    await card.locator('.document-elsewhere').waitFor();
    expect(await card.locator('.document-elsewhere').textContent()).toMatch(
      /由责任主体自行申报（运营员 登记于 .+）.*承运人电话确认/,
    );
    expect(await card.getByRole('button', { name: '已由责任主体申报' }).count()).toBe(0);
  }, 60_000);

  test('chosen rows are corrected and declared again together, each with its verdict', async () => {
    browser.expected.push(/status of 409/);
    await browser.go('/declarations?attention=true&q=CQQUEUE');
    await rows().nth(2).waitFor();
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByRole('button', { name: '更正并重新申报' }).click();
    const dialog = page.getByRole('dialog');
    const submit = dialog.getByRole('button', { name: '重新申报 3 票' });
    expect(await submit.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('更正的字段').fill('订单备注');
    // Who wants no motion finds the list under its field, not far outside the page.
    await page.locator('.ant-select-item-option', { hasText: '订单备注' }).first().click();
    await dialog.getByLabel('统一改为').fill('重报');
    await dialog.getByRole('button', { name: '预览' }).click();
    await dialog.getByText('预览：前 3 票，共 3 票').waitFor();
    await dialog.getByLabel('更正原因').fill('统一补录');
    // The detained one cannot be declared again: it says so, and holds up neither of the others.
    await submit.click();
    await dialog.getByText(/已重新申报 \d 票，有误 [1-3] 票/).waitFor();
    expect(await dialog.locator('.bulk-table tbody > tr').count()).toBe(3);
    await dialog.getByRole('button', { name: '关闭' }).last().click();
  }, 60_000);

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
