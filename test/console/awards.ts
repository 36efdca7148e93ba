import { beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import type { Page } from 'playwright-core';
import type { z } from 'zod';
import type { policiesSchema, roundListSchema, roundSchema } from '../../src/http/awards/contract.js';
import type { figuresSchema } from '../../src/views/figures/shapes.js';
import { pdfText } from '../support/pdfText.js';
import { makeUscc } from '../support/uscc.js';
import { openConsole, type ConsoleBrowser } from './browser.js';

type Round = z.output<typeof roundSchema>;

const LARGE = makeUscc(8801);
const SMALL = makeUscc(8802);
const grouped = (value: string) => value.replace(/\B(?=(\d{3})+\.)/g, ',');

/** Clearances of two enterprises, one of them with a return: 2,000 lines' worth in few rows. */
const row = (code: string, no: string, more: Record<string, string>) => ({
  单证编号: no,
  商品序号: '1',
  事项: '结关',
  日期: '2025-03-10',
  申报日期: '2025-03-09',
  统一社会信用代码: code,
  企业名称: code === LARGE ? '黔江示例大卖家有限公司' : '黔江示例小卖家有限公司',
  监管方式: '9610',
  进出口标志: '出口',
  平台代码: '',
  平台名称: '',
  销售渠道: '平台',
  最终目的国: '502',
  口岸: '8013',
  运输方式: '5',
  商品编码: '9503002100',
  数量: '1000',
  计量单位: '007',
  币制: 'USD',
  金额: '700000',
  ...more,
});
const ROWS = [
  row(LARGE, '801320250000000001', {}),
  row(LARGE, '801320250000000002', { 日期: '2025-06-10', 监管方式: '9810', 销售渠道: '海外仓' }),
  row(LARGE, '801320250000000003', { 日期: '2025-07-10', 最终目的国: '116', 数量: '10', 金额: '7000' }),
  row(SMALL, '801320250000000004', { 金额: '300000' }),
];

describe('awards in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  let id: string;
  const round = () => browser.gateway.operator.get<Round>(`/v1/awards/rounds/${id}`);

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    const { operator } = browser.gateway;
    await operator.upload(
      `/v1/figures/history?fileName=${encodeURIComponent('清关.csv')}&source=${encodeURIComponent('测试明细')}`,
      Buffer.from(stringify(ROWS, { header: true })),
    );
    const facts = [LARGE, SMALL].map((code) => ({
      code,
      kind: '所在区县',
      subject: '黔江区',
      validFrom: '2020-01-01',
      source: '备案表',
    }));
    await operator.post('/v1/registry/facts', { facts });
    await page.setViewportSize({ width: 1280, height: 900 });
    await browser.enter('/policies');
  }, 180_000);

  test('every clause of a policy stands with its words beside its data, and a draft says so', async () => {
    const { policies } =
      await browser.gateway.operator.get<z.output<typeof policiesSchema>>('/v1/awards/policies');
    const policy = policies.find((p) => p.id === 'qianjiang-2023')!;
    await browser.go('/policies');
    await page.getByRole('link', { name: policy.title.zh }).click();
    await page.getByText('以下金额只是测算').waitFor();
    for (const clause of policy.clauses) {
      const shown = page.locator(`section[id="${clause.id}"]`);
      expect(await shown.locator('.quote').textContent()).toContain(clause.quote);
      const values = clause.data.flatMap((d) => d.values.map((v) => v.zh));
      expect(values.length).toBeGreaterThan(0);
      expect(await shown.locator('.clause-data dd').allTextContents()).toEqual(values);
    }
  });

  test('a round opened without readings says which one it needs, and what each would give', async () => {
    await browser.go('/awards');
    await page.getByRole('button', { name: '新建评审' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('名称').fill('2025 年度');
    await dialog.getByLabel('政策').click();
    await page.getByTitle('黔江区鼓励电子商务产业发展若干政策（征求意见稿）').click();
    await dialog.getByLabel('年度').fill('2025');
    await dialog.getByRole('button', { name: '建立' }).click();
    await page.getByRole('heading', { name: '2025 年度' }).waitFor();
    const { rounds } =
      await browser.gateway.operator.get<z.output<typeof roundListSchema>>('/v1/awards/rounds');
    id = rounds[0]!.id;
    await page.getByRole('button', { name: '计算' }).click();
    await page.locator('.award-lines').getByText('待决定').first().waitFor();
    await page.getByRole('link', { name: '黔江示例大卖家有限公司' }).click();
    const open = page.locator('.panel', { hasText: '待决定：各读法的结果' });
    await open.waitFor();
    const { result } = (await round()).lines.find((l) => l.enterprise === LARGE)!;
    expect(await open.locator('tbody tr.ant-table-row').count()).toBe(
      result.open.reduce((n, o) => n + o.alternatives.length, 0),
    );
  });

  test('readings are chosen on the page with their ground, and who chose stays beside them', async () => {
    await browser.go(`/awards/${id}/readings`);
    const choices: [string, string][] = [
      ['A01', '假定政策已正式印发并在该年度执行'],
      ['A15', '净额，冲减原销售期间'],
    ];
    await page.locator('.tab-bar .ant-segmented-item', { hasText: '全部' }).click();
    for (const [ambiguity, text] of choices) {
      const card = page.locator('section.reading', { hasText: ambiguity }).first();
      await card.getByText(text, { exact: true }).click();
    }
    await page.getByRole('button', { name: '保存 2 项选择' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('说明').fill('第一次联席会议');
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.locator('section.reading', { hasText: '第一次联席会议' }).first().waitFor();
    const chosen = (await round()).readings.filter((r) => r.choice !== null);
    expect(chosen.map((r) => [r.id, r.note])).toEqual([
      ['A01', '第一次联席会议'],
      ['A15', '第一次联席会议'],
    ]);
    // The other questions a committee has to answer, by the API.
    const all = (await round()).readings.filter((r) => r.choice === null && r.mustChoose);
    const usual: Record<string, string> = { A11: 'stop' };
    await browser.gateway.operator.post(`/v1/awards/rounds/${id}/readings`, {
      readings: Object.fromEntries(all.map((r) => [r.id, usual[r.id] ?? r.readings[0]!.choice])),
      note: '第二次联席会议',
    });
  });

  test('the sheet of an enterprise holds the arithmetic line by line and leads to the records and back', async () => {
    await browser.go(`/awards/${id}`);
    // The notice of the first computation may still stand there.
    await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith(`/v1/awards/rounds/${id}/compute`)),
      page.getByRole('button', { name: '重新计算' }).click(),
    ]);
    await page
      .getByText(/已计算 \d+ 家候选企业/)
      .first()
      .waitFor();
    const line = (await round()).lines.find((l) => l.enterprise === LARGE)!;
    expect(line.status).toBe('award');
    const cells = page.locator('.award-lines tbody tr.ant-table-row', { hasText: LARGE }).locator('td');
    expect(await cells.nth(3).textContent()).toBe(grouped(line.cny!));
    await page.getByRole('link', { name: '黔江示例大卖家有限公司' }).click();
    await page.getByRole('heading', { name: '黔江示例大卖家有限公司' }).waitFor();
    const shown = await page.locator('.arithmetic li').allTextContents();
    for (const { zh } of line.result.clauses.flatMap((c) => c.lines)) expect(shown).toContain(zh);
    for (const { zh } of line.why) await page.locator('.why').getByText(zh).waitFor();
    // What the gateway makes itself nobody has to hand in: it is the records.
    const own = page.locator('.checklist li', { hasText: '结关清单明细' });
    expect(await own.getByText('未交').count()).toBe(0);
    await own.getByRole('link', { name: /查看 3 条记录/ }).click();
    await page.getByRole('heading', { name: '计数记录' }).waitFor();
    const records = page.locator('.totals-table tbody tr.ant-table-row');
    await records.nth(2).waitFor();
    expect(await records.count()).toBe(3);
    await page.getByRole('link', { name: '返回' }).click();
    await page.getByRole('heading', { name: '黔江示例大卖家有限公司' }).waitFor();
  });

  test('a file of evidence is kept with the hash that the page shows', async () => {
    await browser.go(`/awards/${id}/evidence`);
    const bytes = Buffer.from('营业执照扫描件');
    const item = page.locator('.checklist li', { hasText: '营业执照' }).first();
    await item
      .locator('input[type=file]')
      .setInputFiles({ name: '营业执照.pdf', mimeType: 'application/pdf', buffer: bytes });
    await item.getByRole('link', { name: '营业执照.pdf' }).waitFor();
    expect(await item.locator('.copyable .mono').textContent()).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    );
  });

  test('it freezes only after the offices signed on this page, and then shows its hash', async () => {
    const { operator } = browser.gateway;
    await browser.go(`/awards/${id}/signing`);
    await page.getByText('冻结之前还需').waitFor();
    expect(await page.getByRole('button', { name: '冻结' }).isDisabled()).toBe(true);
    await page.getByLabel('指定签署人 商务').click();
    await page.locator('.ant-select-item-option').first().click();
    await page.getByRole('button', { name: '签署同意' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('说明').fill('同意');
    await dialog.getByRole('button', { name: '签署同意' }).click();
    await page.locator('.offices').getByText('同意', { exact: true }).waitFor();
    const { tenant } = await operator.get<{ tenant: { id: string } }>('/v1/me');
    for (const office of ['tax', 'finance']) {
      const key = await operator.post<{ secret: string; prefix: string }>('/v1/api-keys', {
        tenantId: tenant.id,
        name: office,
      });
      await operator.post(`/v1/awards/rounds/${id}/signers`, { office, signer: key.prefix });
      const signature = { office, decision: 'agreed', note: '同意' };
      await operator.withKey(key.secret).post(`/v1/awards/rounds/${id}/signatures`, signature);
    }
    for (const flag of (await round()).flags)
      await operator.post(`/v1/awards/rounds/${id}/flags/${flag.id}`, {
        decision: 'dismissed',
        note: '已核实',
      });
    await page.reload();
    await page.getByText('全部条件已满足').waitFor();
    await page.getByRole('button', { name: '冻结' }).click();
    await page.locator('.ant-modal-confirm').getByRole('button', { name: '冻结' }).click();
    await page.getByText('已冻结').first().waitFor();
    const { sha256 } = await round();
    expect(await page.locator('.freeze .mono').textContent()).toBe(sha256);
    await browser.go(`/awards/${id}/readings`);
    await page.locator('section.reading input[type=radio]').first().waitFor();
    expect(await page.locator('section.reading input[type=radio]:enabled').count()).toBe(0);
  });

  test('the totals of the page are those of its printed file, groups and sum alike', async () => {
    await browser.go('/totals?from=2025-01&to=2025-12&by=enterprise,month');
    const rows = page.locator('.totals-table tbody tr.ant-table-row');
    await rows.first().waitFor();
    const { operator } = browser.gateway;
    const all = await operator.get<z.output<typeof figuresSchema>>(
      '/v1/figures?from=2025-01&to=2025-12&by=enterprise,month',
    );
    const response = await operator.raw('GET', '/v1/figures.pdf?from=2025-01&to=2025-12&by=enterprise,month');
    expect(response.headers.get('content-type')).toContain('application/pdf');
    const text = pdfText(Buffer.from(await response.arrayBuffer()));
    const numbers = async (cells: string[]) =>
      cells.map((cell) => cell.trim()).filter((cell) => /^[\d,.]+$/.test(cell));
    for (const shown of await rows.all()) {
      const wanted = await numbers(await shown.locator('td').allTextContents());
      expect(wanted.length).toBeGreaterThan(3);
      expect(text).toMatch(new RegExp(wanted.map((n) => n.replace(/[.,]/g, '\\$&')).join('\\s+')));
    }
    const sum = text.split('\n').find((line) => /^\s*合计/.test(line)) ?? '';
    expect(sum).toContain(grouped(all.sum.gross.cny));
    expect(text.match(/^\s*合计/gm)).toHaveLength(1);
    expect(text).toContain('第 1 页，共 1 页');
  });

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});
