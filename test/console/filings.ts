import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { filingWhere, oneDraft, submit } from '../support/filings.js';
import { eventually } from '../support/gateway.js';
import { declarationWhere, handIn } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';
import { enrol, type Client } from '../support/client.js';
import { numberOf, openConsole, type ConsoleBrowser } from './browser.js';

/** Names of elements, which nobody should have to read: `operatorCode`, `buyerIdNumber`. */
const ELEMENT_NAME = /^[a-z]+([A-Z][a-z]*)+$/;

describe('filings in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  let client: Client;
  let exported: string[];
  let imported: string;
  let month: string;
  const BILL = '99920261177';
  const labels = () => page.locator('.filing-head .field > span:first-child, .facts dt').allTextContents();
  const english = () => page.getByRole('button', { name: '切换为英文' }).click();
  const chinese = () => page.getByRole('button', { name: 'Switch to Chinese' }).click();

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    const { gateway } = browser;
    const seller = [...gateway.sellers.values()][0]!;
    client = seller.client;
    const code = [...gateway.sellers.keys()][0]!;
    const own = [...freshOrders({ count: 40 })].find((o) => o.seller.code === code)!;
    exported = await handIn(
      client,
      [1, 2, 3].map((n) => ({
        ...own,
        orderNo: `CQFILING000${n}`,
        payment: { ...own.payment, payNo: `PAYFILING000${n}` },
        waybill: { ...own.waybill, logisticsNo: `YTFILING000${n}` },
        list: { ...own.list, billNo: BILL, statisticsFlag: 'B' },
      })),
    );
    const bonded = [...freshOrders({ count: 1, regime: '9610-import', batch: 'F' })][0]!;
    const { client: importer } = await enrol(gateway.operator, {
      code: bonded.seller.code!,
      name: bonded.seller.name!,
      role: 'seller',
    }).catch(() => ({ client: gateway.sellers.get(bonded.seller.code!)!.client }));
    [imported = ''] = await handIn(importer, [bonded]);
    for (const id of exported) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
    const { releasedAt } = await declarationWhere(client, exported[0]!, () => true);
    month = new Date(Date.parse(releasedAt!) + 8 * 3_600_000).toISOString().slice(0, 7);
    await browser.enter('/');
  }, 120_000);

  test('a month is drafted as one job that goes on while one is elsewhere; a selection is submitted, each with its verdict', async () => {
    await browser.go('/filings/new?messageType=CEB701Message');
    const last = new Date(`${month}-15`);
    last.setUTCMonth(last.getUTCMonth() - 1);
    expect(await page.getByLabel('放行月份').inputValue()).toBe(last.toISOString().slice(0, 7));
    await browser.go(`/filings/new?messageType=CEB701Message&month=${month}`);
    await page.getByRole('button', { name: '起草' }).click();
    await page.waitForURL(/\/filings\/batches\//);
    await browser.go('/filings');
    await page.getByRole('link', { name: `出口汇总申请单 ${month}` }).click();
    const ready = page.getByRole('button', { name: /^可以提交/ });
    await eventually(
      () => numberOf(ready.locator('.card-count')),
      (count) => count > 0,
    );
    const all = page.getByRole('button', { name: /^全部草稿/ }).locator('.card-count');
    await eventually(
      async () => [await page.locator('tbody tr.ant-table-row').count(), await numberOf(all)],
      ([shown, counted]) => shown === Math.min(counted!, 50),
    );
    await page.getByRole('checkbox', { name: '草稿 1', exact: true }).check();
    await page.getByRole('button', { name: '提交所选 1 份' }).click();
    await page.getByRole('button', { name: '提交申报' }).click();
    const submitted = page.getByRole('button', { name: /^已提交/ }).locator('.card-count');
    await eventually(
      () => numberOf(submitted),
      (count) => count === 1,
    );
    await page.reload();
    await page.getByRole('link', { name: '草稿 1', exact: true }).click();
    await page.waitForURL(/\/filings\/[0-9a-f]{8}-/);
    await page
      .getByText(/已提交|提交单证/)
      .first()
      .waitFor();
  }, 60_000);

  test('a refused change leaves the filing green and says so; deletion asks for its reason; the timeline names who did it', async () => {
    const draft = await oneDraft(client, 'CEB607Message', {
      billNo: BILL,
      input: { domesticTrafNo: '渝A12345' },
    });
    expect(draft.faults).toEqual([]);
    const id = await submit(client, 'CEB607Message', draft.data);
    await filingWhere(client, id, (f) => f.accepted);
    await browser.go(`/filings/${id}`);
    await page.getByRole('button', { name: '变更' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('境内运输工具编号').fill('渝A99999');
    await dialog.getByRole('button', { name: '提交变更' }).click();
    await page.getByText('第 2 版（变更）被海关退回，第 1 版仍然有效').waitFor({ timeout: 60_000 });
    expect(await page.locator('.standing .state').nth(1).textContent()).toBe('海关入库');
    expect(await page.locator('.timeline').textContent()).toContain('申报变更');

    await page.getByRole('button', { name: '删除' }).click();
    const ask = page.getByRole('dialog');
    await ask.getByRole('button', { name: '删除' }).click();
    await ask.getByText('请填写说明').waitFor();
    await ask.getByLabel('说明').fill('车辆改期');
    await ask.getByRole('button', { name: '删除' }).click();
    await page.locator('.timeline .kind-decision', { hasText: '运营员：车辆改期' }).waitFor();
  }, 120_000);

  test('a return says what is needed and what is left while one types; its blank fields are what the page says', async () => {
    const { waybill } = (await declarationWhere(client, exported[0]!, () => true)).order;
    await browser.go(`/declarations/${exported[0]}`);
    await page.getByRole('button', { name: '退货' }).click();
    const dialog = page.getByRole('dialog');
    const submitReturn = dialog.getByRole('button', { name: '提交退货申请' });
    await eventually(
      () => submitReturn.getAttribute('aria-describedby'),
      (id) => id !== null,
    );
    expect(await submitReturn.getAttribute('aria-disabled')).toBe('true');
    const described = async () =>
      page.locator(`[id="${await submitReturn.getAttribute('aria-describedby')}"]`).textContent();
    expect(await described()).toContain('请先填写退货数量');
    const left = dialog.locator('.field-left').first();
    await left.getByText(/^可退/).waitFor();
    const whole = (await left.textContent())!.replace(/[^\d.]/g, '');
    const quantity = dialog.getByLabel('退货数量 1', { exact: true });
    await quantity.fill(`${Number(whole) + 1}`);
    expect(await left.textContent()).toBe(`超过可退数量 ${whole}`);
    await quantity.fill('-1');
    expect(await left.textContent()).toBe('请填写大于 0 的数字');
    await quantity.fill(whole);
    await dialog.getByLabel('退货原因').fill('买家拒收');
    expect(await described()).toContain('运输工具名称、航次航班号');
    expect(await dialog.getByLabel('提运单号').getAttribute('placeholder')).toContain(waybill.logisticsNo!);
    await dialog.getByLabel('运输工具名称').fill('CA438');
    await dialog.getByLabel('航次航班号').fill('20261201');
    await submitReturn.click();
    await page.getByRole('link', { name: '查看申请单' }).click();
    await page.waitForURL(/\/filings\/[0-9a-f]{8}-/);
    await page.getByText(waybill.logisticsNo!).first().waitFor();
    await page.getByText('退货原因').first().waitFor();
    expect((await labels()).filter((label) => ELEMENT_NAME.test(label))).toEqual([]);

    // What was returned is gone for the next.
    await browser.go(`/declarations/${exported[0]}`);
    await page.getByRole('button', { name: '退货' }).click();
    await page.getByRole('dialog').getByText('已全部退回').first().waitFor();
  }, 60_000);

  test('what cannot be done can be reached by keyboard and tells why', async () => {
    await browser.go(`/declarations/${exported[0]}`);
    const barred = page.getByRole('button', { name: '撤单' });
    await barred.waitFor();
    await eventually(
      async () => {
        const id = await barred.getAttribute('aria-describedby');
        return id === null ? null : page.locator(`[id="${id}"]`).textContent();
      },
      (why) => /T\d\d/.test(why ?? ''),
    );
    await barred.focus();
    expect(await barred.evaluate((one) => one.matches(':focus'))).toBe(true);
    await page.getByRole('tooltip').getByText(/T\d\d/).waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('the state of a waybill (513) is drafted from its import list, says its fields in words and its content stands on its page', async () => {
    await browser.go(`/filings/new?messageType=CEB513Message&declaration=${imported}`);
    const at = page.locator('#filing-logisticsTime');
    await at.fill('not a time');
    await page.getByRole('button', { name: '起草' }).click();
    const submitForm = page.getByRole('button', { name: '提交申报' });
    await page.locator('.filing-head .field').first().waitFor();
    await page.getByText(/还有 \d+ 处需要补全/).waitFor();
    await at.fill(
      `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')}000000`,
    );
    await page.getByRole('button', { name: '起草' }).click();
    await page.getByText('内容完整，可以提交').waitFor();
    expect(await labels()).toEqual(expect.arrayContaining(['物流运单编号*', '物流运单状态*']));
    await submitForm.click();
    await page.waitForURL(/\/filings\/[0-9a-f]{8}-/);
    await page.getByRole('heading', { name: /物流运单状态/ }).waitFor();
    const { waybill } = (await declarationWhere(browser.gateway.operator, imported, () => true)).order;
    await page.locator('.facts').getByText(waybill.logisticsNo!).first().waitFor();
    await english();
    expect(
      (await labels()).filter((label) => ELEMENT_NAME.test(label) || /\p{Script=Han}/u.test(label)),
    ).toEqual([]);
    await chinese();
  }, 60_000);

  test('forms and contents of arrival tally, bonded entry, withdrawals and returns name their fields in words, in both languages', async () => {
    const { items } = await client.get<{ items: { id: string; messageType: string }[] }>(
      '/v1/filings?messageType=CEB213Message',
    );
    await browser.go(`/filings/new?messageType=CEB215Message&filing=${items[0]!.id}`);
    await page.getByRole('button', { name: '起草' }).click();
    await page.locator('.filing-head .field').first().waitFor();
    expect((await labels()).filter((label) => ELEMENT_NAME.test(label))).toEqual([]);
    expect(await labels()).toContain('监管场所经营人代码*');
    const of = { CEB605Message: exported[1]!, CEB623Message: imported, CEB625Message: imported };
    for (const [messageType, declaration] of Object.entries(of)) {
      await browser.go(`/filings/new?messageType=${messageType}&declaration=${declaration}`);
      await page.getByRole('button', { name: '起草' }).click();
      await page.locator('.filing-head .field').first().waitFor();
      const zh = await labels();
      expect([messageType, zh.filter((label) => ELEMENT_NAME.test(label))]).toEqual([messageType, []]);
      expect(zh.length).toBeGreaterThan(5);
      await english();
      const en = await labels();
      expect([
        messageType,
        en.filter((label) => ELEMENT_NAME.test(label) || /\p{Script=Han}/u.test(label)),
      ]).toEqual([messageType, []]);
      expect(en).toHaveLength(zh.length);
      await chinese();
    }
  }, 60_000);

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
