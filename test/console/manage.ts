import { beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { Client, enrol } from '../support/client.js';
import { eventually } from '../support/gateway.js';
import { makeUscc } from '../support/uscc.js';
import { openConsole, type ConsoleBrowser } from './browser.js';

describe('people leave: accounts, keys and tables in the console', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  let url: string;
  let system: Client;
  let person: Client;
  const NAME = '重庆离职贸易有限公司';
  const row = (text: string) => page.locator('tr.ant-table-row', { hasText: text });
  const statusOf = async (client: Client) => (await client.raw('GET', '/v1/me')).status;
  const confirm = (name: string) =>
    page.locator('.ant-popover:visible').getByRole('button', { name }).click();

  beforeAll(async () => {
    browser = await openConsole();
    ({ page, url } = browser);
    const { operator } = browser.gateway;
    const added = await enrol(operator, { code: makeUscc(7001), name: NAME, role: 'seller' });
    system = added.client;
    const { activation } = await operator.post<{ activation: string }>('/v1/users', {
      tenantId: added.enterprise.tenantId,
      name: '张离职',
      email: 'leaver@example.com',
    });
    const answer = await new Client(url).raw(
      'POST',
      '/v1/activate',
      JSON.stringify({
        token: new URL(activation).searchParams.get('token'),
        password: 'a long test password',
      }),
      { 'Content-Type': 'application/json' },
    );
    person = new Client(url, { Cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0]! });
    await browser.enter('/');
  }, 90_000);

  test('a user is renamed, signed out, reset and disabled', async () => {
    expect(await statusOf(person)).toBe(200);
    await browser.go('/manage/users');
    await row('leaver@example.com').getByRole('button', { name: '修改' }).click();
    await page.getByRole('dialog').getByLabel('姓名').fill('张离任');
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await row('张离任').getByRole('button', { name: '结束登录' }).click();
    await confirm('结束登录');
    await eventually(
      () => statusOf(person),
      (status) => status === 401,
    );
    await row('张离任').getByRole('button', { name: '重置密码' }).click();
    await confirm('重置密码');
    const link = page.getByRole('dialog', { name: '张离任 的激活链接' });
    expect(await link.locator('.secret').textContent()).toContain('/activate?token=gwa_');
    await link.getByRole('button', { name: '我已保存' }).click();
    await row('张离任').getByRole('button', { name: '停用' }).click();
    await confirm('停用');
    await row('张离任').getByText('已停用').waitFor();
  }, 60_000);

  test('an API key is rotated: the old one opens until its end, the new one at once', async () => {
    await browser.go('/manage/api-keys');
    await row(`${NAME} 接口`).getByRole('button', { name: '更换' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    const shown = page.getByRole('dialog', { name: new RegExp(`密钥“${NAME}`) });
    const secret = (await shown.locator('.secret').textContent())!.trim();
    await shown.getByRole('button', { name: '我已保存' }).click();
    expect(await statusOf(system)).toBe(200);
    system = new Client(url).withKey(secret);
    expect(await statusOf(system)).toBe(200);
    await row(`${NAME} 接口`).getByText(/停用$/).first().waitFor();
  });

  test('an enterprise that is disabled opens nothing, enabled again it does', async () => {
    await browser.go('/manage/enterprises');
    await row(NAME).getByRole('button', { name: '停用' }).click();
    await confirm('停用');
    await row(NAME).getByText('已停用').waitFor();
    expect(await statusOf(system)).toBe(401);
    await row(NAME).getByRole('button', { name: '启用' }).click();
    await confirm('启用');
    await eventually(
      () => statusOf(system),
      (status) => status === 200,
    );
  });

  test('sample rates are marked; official ones are imported and wait for the next start', async () => {
    await browser.go('/manage/rates');
    await page.getByText('正在使用的是示例汇率').waitFor();
    const send = page.getByRole('button', { name: /^导入 \d+ 条$/ });
    await page
      .getByRole('textbox', { name: '汇率' })
      .fill('月份,币制,汇率\n2026-12,USD,abc\n2026-12,EUR,8.2014');
    expect(await send.getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('出处').fill('海关总署 2026 年 12 月汇率');
    await page.locator('nav.main-menu a').first().click();
    const question = page.getByRole('dialog').filter({ hasText: '放弃已填写的内容' });
    await question.getByRole('button', { name: '继续填写' }).click();
    browser.expected.push(/status of 422/);
    await page.getByRole('button', { name: '导入 2 条' }).click();
    await page.getByText('第 1 行：汇率应为大于 0 的数字').first().waitFor();
    await page.getByRole('textbox', { name: '汇率' }).fill('2026-12,USD,7.0821\n2026-12,EUR,8.2014');
    await page.getByRole('button', { name: '导入 2 条' }).click();
    await page.getByText('已导入 1 个月的正式汇率').waitFor();
    const file = join(browser.gateway.dir, 'rates', 'customs-monthly.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      official: true,
      months: [{ month: '2026-12', cnyPerUnit: { USD: '7.0821', CNY: '1' } }],
    });
  });

  test('signing keys are read again, certificates of parties are registered and revoked, and the log names who did all this', async () => {
    await browser.go('/manage/signing-keys');
    await page.getByRole('button', { name: '重新读取密钥' }).click();
    await page.getByText(/已读取 \d+ 个密钥/).waitFor();
    await page.getByRole('tab', { name: '责任主体证书' }).click();
    await page.getByText('还没有记录').waitFor();
    const code = makeUscc(7002);
    const key = makeTestKeys({
      suite: 'sm2-sm3',
      subject: code,
      out: join(browser.gateway.dir, 'party'),
      now: new Date(Date.now() - 60_000),
    });
    await page.getByRole('button', { name: '登记证书' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('统一社会信用代码').fill(code);
    await dialog.getByLabel('证书内容').fill('-----BEGIN CERTIFICATE-----');
    browser.expected.push(/status of (400|422)/);
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.getByRole('alert').first().waitFor();
    await dialog.getByLabel('证书内容').fill(readFileSync(key.certPath, 'utf8'));
    await dialog.getByRole('button', { name: '保存' }).click();
    await row(code).getByText(key.serial, { exact: false }).waitFor();
    await row(code).getByRole('button', { name: '停用' }).click();
    await confirm('停用');
    await row(code).getByText(/停用$/).waitFor();
    await page.getByRole('tab', { name: '变更记录' }).click();
    await row('导入汇率').waitFor();
    for (const what of [
      '修改用户',
      '结束登录',
      '重置密码',
      '停用用户',
      '更换接口密钥',
      '停用企业',
      '启用企业',
      '导入汇率',
      '重新读取签名密钥',
    ])
      expect([what, await row(what).first().locator('td').nth(1).textContent()]).toEqual([what, '运营员']);
  });

  test('the own password is changed; a wrong one says so and signs nobody out', async () => {
    browser.expected.push(/status of 401/);
    await page.getByRole('button', { name: '账户' }).click();
    await page.getByText('修改密码').click();
    const dialog = page.getByRole('dialog', { name: '修改密码' });
    await dialog.getByLabel('当前密码').fill('not the password');
    await dialog.getByLabel('新密码', { exact: true }).fill('another long password');
    await dialog.getByLabel('再次输入新密码').fill('another long password');
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog
      .getByText(/邮箱或密码不正确/)
      .first()
      .waitFor();
    // Typed work is not thrown away unasked.
    await page.keyboard.press('Escape');
    await page.getByText('放弃已填写的内容？').filter({ visible: true }).first().waitFor();
    await page.getByRole('button', { name: '继续填写' }).click();
    await dialog.getByLabel('当前密码').fill(browser.gateway.password);
    await dialog.getByRole('button', { name: '保存' }).click();
    await page.getByText('密码已修改').waitFor();
  });

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
