import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { wake } from '../../src/store/store.js';
import { eventually } from '../support/gateway.js';
import { sandboxSettings } from '../support/journey.js';
import { openConsole, type ConsoleBrowser } from './browser.js';

describe('the console takes care of the person in front of it', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    browser = await openConsole();
    ({ page, url } = browser);
    await browser.enter('/');
  }, 90_000);

  test('the header says how the port stands, and that sending is paused as soon as it is', async () => {
    const mark = page.locator('.port-mark');
    await mark.filter({ hasText: '口岸正常' }).waitFor();
    await browser.go('/manage/port');
    // By keyboard: the question takes the focus, on the way back; Esc closes it and gives the focus to the button again.
    const pause = page.getByRole('button', { name: '暂停发送' }).first();
    await pause.press('Enter');
    await page.getByRole('button', { name: '返回' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await pause.and(page.locator(':focus')).waitFor();
    await pause.press('Enter');
    await page.getByRole('button', { name: '返回' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await mark.filter({ hasText: '已暂停发送' }).waitFor();
    await page.getByRole('button', { name: '恢复发送' }).click();
    await mark.filter({ hasText: '口岸正常' }).waitFor();
  });

  test('a key that fails is told in the header, and on the page of the port with its reason, until it signs again', async () => {
    const { signers } = browser.gateway.gateway;
    const find = signers.find.bind(signers);
    const broken = () => Promise.reject(new Error('the card was taken out'));
    signers.find = (code) => {
      const signer = find(code);
      return signer && { ...signer, sign: broken };
    };
    await browser.handIn({
      订单编号: 'CQCARE0002',
      支付交易编号: 'PAYCARE0002',
      物流运单编号: 'YTCARE0002',
    });
    const port = () => browser.gateway.operator.get<{ waitingForKeys: number }>('/v1/port');
    await eventually(port, ({ waitingForKeys }) => waitingForKeys === 3);
    await page.goto(`${url}/manage/port`);
    await page.locator('.port-mark', { hasText: '密钥故障：3 份单证等待签名' }).waitFor();
    const alert = page.locator('.ant-alert').filter({ hasText: 'the card was taken out' });
    await alert.waitFor();

    await sandboxSettings(browser.gateway.sandbox.url, { down: true });
    signers.find = find;
    await browser.go('/manage/signing-keys');
    await page.getByRole('button', { name: '重新读取' }).click();
    await eventually(port, ({ waitingForKeys }) => waitingForKeys === 0);
    await page.goto(`${url}/manage/port`);
    await page.locator('.port-mark', { hasText: '口岸' }).waitFor();
    expect(await alert.count()).toBe(0);
  }, 60_000);

  test('a port that cannot be reached is told in the header; what was given up is discarded among the chosen, with its reason', async () => {
    const { operator, gateway, sandbox } = browser.gateway;
    /** The pauses between attempts are over, and after the first failures the day of trying is. */
    const tried = async (until: 'down' | 'dead') => {
      await gateway.store.query(
        `update outbox set next_at = now(), first_tried_at = case when $1 then now() - interval '1 day' else first_tried_at end`,
        [until === 'dead'],
      );
      await wake(gateway.store, 'dispatch');
      return operator.get<{ state: string; dead: number }>('/v1/port');
    };
    await eventually(
      () => tried('down'),
      ({ state }) => state === 'down',
    );
    await eventually(
      () => tried('dead'),
      ({ dead }) => dead === 3,
    );
    // Loaded anew: an open page asks for the port's state every 15 seconds.
    await page.goto(`${url}/declarations?delivery=dead`);
    await page.locator('a[data-row]').first().waitFor();
    await page.locator('.port-mark', { hasText: '口岸不可达' }).waitFor();
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByRole('button', { name: '作废已停止发送的单证' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '对 1 票执行' }).click();
    await dialog.getByText('请填写说明').waitFor();
    await dialog.getByLabel('说明').fill('客户取消订单');
    await dialog.getByRole('button', { name: '对 1 票执行' }).click();
    await page.getByRole('dialog').getByText('完成 1 票').waitFor();
    await browser.go('/declarations?q=CQCARE0002');
    await page.locator('a[data-row]').first().click();
    await page
      .locator('.document')
      .getByText(/^已于 .* 作废$/)
      .nth(2)
      .waitFor();
    await page.getByText('客户取消订单').first().waitFor({ state: 'attached' });
    expect((await operator.get<{ dead: number }>('/v1/port')).dead).toBe(0);
    await sandboxSettings(sandbox.url, { down: false });
  }, 60_000);

  test('a new page takes the focus to its heading and names the tab', async () => {
    await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '统计' }).click();
    await page.waitForURL(/\/totals/);
    const heading = page.getByRole('heading', { level: 1 });
    await heading.waitFor();
    await page.locator('h1:focus').waitFor();
    expect(await page.title()).toContain((await heading.textContent()) ?? '-');
    await browser.go('/manage/users');
    await heading.waitFor();
    await eventually(
      () => page.title(),
      (title) => title.startsWith('用户'),
    );
  });

  test('an address under manage that does not exist is said to be not found', async () => {
    await page.goto(`${url}/manage/nothing-here`);
    await page.getByText('没有这个页面').waitFor();
  });

  test('on a slow line it is said that a page is on its way; one that did not come can be asked for again', async () => {
    const heading = page.getByRole('heading', { level: 1 });
    const totals = page.locator('nav a[href="/totals"]').first();
    const code = /\/assets\/totals-(?!record)/;
    await page.goto(`${url}/declarations`);
    await heading.waitFor();
    const before = await heading.textContent();
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    await page.route(code, async (route) => {
      await arrived;
      await route.continue();
    });
    await totals.click();
    await page.getByRole('status', { name: '正在打开页面' }).waitFor();
    expect(await heading.textContent()).toBe(before);
    arrive();
    await page.locator('.page-loading').waitFor({ state: 'detached' });
    await heading.filter({ hasNotText: before ?? '' }).waitFor();

    await page.unroute(code);
    await page.goto(`${url}/declarations`);
    await heading.waitFor();
    browser.expected.push(/Failed to load resource/, /ERR_FAILED/, /the code of the page did not come/);
    await page.route(code, (route) => route.abort());
    await totals.click();
    await page.getByText('页面没能显示出来').waitFor();
    await page.unroute(code);
    await page.getByRole('button', { name: '重试' }).click();
    await heading.filter({ hasNotText: before ?? '' }).waitFor();
  });

  test('dark mode follows the system until the person chooses, and paper stays light', async () => {
    const ground = () => page.evaluate<string>(`getComputedStyle(document.body).backgroundColor`);
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-scheme=dark]').waitFor({ state: 'attached' });
    expect(await ground()).not.toBe(light);
    await page.getByRole('button', { name: '账户' }).click();
    await page.getByText('浅色', { exact: true }).click();
    await page.locator('html[data-scheme=light]').waitFor({ state: 'attached' });
    expect(await ground()).toBe(light);
    await page.getByText('跟随系统', { exact: true }).click();
    await page.keyboard.press('Escape');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('Esc asks before it throws away what was typed, and keeps it when the person stays', async () => {
    await browser.handIn({
      订单编号: 'CQCARE0001',
      支付交易编号: 'PAYCARE0001',
      物流运单编号: 'YTCARE0001-SBWAYBILL100',
    });
    await browser.go('/declarations?q=CQCARE0001');
    await page.locator('a[data-row]').first().click();
    await page.getByRole('button', { name: '更正并重新申报' }).click();
    const reason = page.getByRole('dialog').getByLabel('更正原因');
    await reason.fill('写到一半');
    await page.keyboard.press('Escape');
    const question = page.getByRole('dialog').filter({ hasText: '放弃已填写的内容' });
    await question.waitFor();
    await question.getByRole('button', { name: '继续填写' }).click();
    await question.waitFor({ state: 'hidden' });
    expect(await reason.inputValue()).toBe('写到一半');
    await page.keyboard.press('Escape');
    await question.getByRole('button', { name: '放弃并离开' }).click();
    await reason.waitFor({ state: 'hidden' });
  }, 60_000);

  test('when the gateway is gone the page says so within 15 seconds and offers nothing that cannot work', async () => {
    browser.expected.push(/Failed to load resource/, /ERR_/);
    const correct = page.getByRole('button', { name: '更正并重新申报' });
    await correct.and(page.locator(':enabled')).waitFor();
    await browser.gateway.server.close();
    await page.locator('.ant-alert.lost').waitFor({ timeout: 15_000 });
    expect(await page.locator('.ant-alert.lost').textContent()).toContain('无法连接网关');
    expect(await correct.isEnabled()).toBe(false);
    expect(await page.getByRole('button', { name: 'printer 打印', exact: true }).isEnabled()).toBe(true);
  }, 60_000);

  test('all this left no other error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
