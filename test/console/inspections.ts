import { beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { Order } from '../../src/orders/order.js';
import { plainOrder } from '../support/declarations.js';
import { eventually } from '../support/gateway.js';
import { openConsole, type ConsoleBrowser } from './browser.js';

describe('inspections in a browser', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  const log = pino({ level: 'silent' });
  const rows = () => page.locator('tbody tr.ant-table-row');

  /** What customs says, as if it came from the port. */
  const tell = async (...files: string[]): Promise<void> => {
    const { gateway } = browser.gateway;
    await storeRaw(
      gateway.store,
      files.map((xml, i) => ({ id: String(i), origin: 'test', bytes: Buffer.from(xml) })),
    );
    await applyReceipts(gateway.store, gateway.journey.applyContext(log), 50);
  };
  const result = (seqNo: string, channel: string, at: string) =>
    `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><ENTRY_ID/><NOTICE_DATE>${at}</NOTICE_DATE><CHANNEL>${channel}</CHANNEL><NOTE>${channel}</NOTE></DEC_RESULT>`;
  async function handIn(order: Order): Promise<void> {
    await browser.go('/upload');
    await page.setInputFiles('input[type=file]', {
      name: `${order.orderNo}.json`,
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify([order])),
    });
    await page.getByRole('heading', { name: /已完成/ }).waitFor();
  }
  /** Hands an order in; once its declaration left, customs numbers it and orders its inspection at `at`. */
  async function ordered(order: Order, seqNo: string, at: string): Promise<void> {
    await handIn(order);
    const { store } = browser.gateway.gateway;
    const [sent] = await eventually(
      async () =>
        (
          await store.query<{ id: string; key: string }>(
            `select c.id, d.document_key as key from declarations c join documents d on d.declaration_id = c.id
              where c.order_no = $1 and d.message_type = 'DecMessage' and d.delivery = 'sent'`,
            [order.orderNo],
          )
        ).rows,
      (found) => found.length === 1,
    );
    if (!sent) throw new Error('the declaration left');
    await tell(
      `<ns2:DecImportResponse xmlns:ns2="http://www.chinaport.gov.cn/dec"><ns2:ResponseCode>0</ns2:ResponseCode><ns2:ErrorMessage/><ns2:ClientSeqNo>${sent.key}</ns2:ClientSeqNo><ns2:SeqNo>${seqNo}</ns2:SeqNo></ns2:DecImportResponse>`,
      result(seqNo, 'C', at),
    );
  }

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    await page.setViewportSize({ width: 1280, height: 900 });
    await browser.enter('/inspections');
  }, 120_000);

  test('an empty work list says so', async () => {
    await browser.go('/inspections');
    await page.getByText('没有待查验的货物').waitFor();
  });

  test('a certificate of origin is drafted from its declaration, faults stand beside their fields, and it is issued', async () => {
    const order = plainOrder('950');
    await handIn({
      ...order,
      list: { ...order.list, country: '116', pod: '116' },
      lines: order.lines.map((line) => ({ ...line, country: '116' })),
    });
    const { rows: found } = await browser.gateway.gateway.store.query<{ id: string }>(
      'select id from declarations where order_no = $1',
      [order.orderNo],
    );
    await browser.go(`/declarations/${found[0]?.id}`);
    await page.getByRole('button', { name: '申请证书' }).click();
    await page.getByText(/处须更正/).waitFor();
    const field = (name: string, node = 'CertificateHead') =>
      page.locator(`[id="certificate.${node}.${name}"]`);
    const exporter = page.locator('.certificate-field', { has: field('Exporter') });
    expect(await exporter.locator('.field-fault').textContent()).toMatch(/出口商.*必须填写.*请填写/);
    const given: Record<string, string> = {
      EntMgrNo: '5001960A1B',
      ApplName: '李示例',
      Applicant: '110101199001010015',
      FetchPlace: '8000',
      InvNo: 'INV-950',
      InvDate: '2026-11-20',
      PriceTerms: 'FOB',
      Exporter: 'CHONGQING JINYUN SUPPLY CHAIN CO., LTD.',
      Consignee: 'EXAMPLE FOODS K.K., TOKYO',
      ExporterTel: '86-23-60000102',
      ExporterFax: '86-23-60000103',
      ExporterEmail: 'export@example.com',
    };
    for (const [name, value] of Object.entries(given)) await field(name).fill(value);
    const line = { OriCriteria: 'PE', CiqRegNo: 'MA6C96CN5', PrdcEtpsName: '重庆璧山食品有限公司' };
    for (const [name, value] of Object.entries(line)) await field(name, 'CertificateList[0]').fill(value);
    // A company is added, half filled in, and taken out again; another stays.
    const add = page.getByRole('button', { name: /增加一项 · 非缔约方公司/ });
    await add.click();
    await field('EntName', 'NonpartyCorpList[0]').fill('TAKEN OUT LTD.');
    await add.click();
    const company = {
      SortNo: '1',
      EntName: 'EXAMPLE TRADING PTE. LTD.',
      EntAddr: '1 EXAMPLE ROAD',
      EntCountryCode: 'SGP',
      EntCountryName: 'SINGAPORE',
    };
    for (const [name, value] of Object.entries(company)) await field(name, 'NonpartyCorpList[1]').fill(value);
    await page.getByRole('button', { name: /非缔约方公司 · 删除第 1 项/ }).click();
    await field('EntName', 'NonpartyCorpList[1]').waitFor({ state: 'detached' });
    expect(await field('EntName', 'NonpartyCorpList[0]').inputValue()).toBe(company.EntName);
    await page.getByRole('checkbox', { name: /本公司承诺/ }).check();
    await page.getByText('没有缺漏，可以提交').waitFor();
    await exporter.locator('.field-fault').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.getByText('已签发', { exact: true }).waitFor();
    const number = /RC26MA6C96Q15\d{4}/.exec(
      (await page.getByRole('heading', { level: 1 }).textContent()) ?? '',
    )?.[0];
    await browser.go(`/certificates?search=${number}`);
    await page.getByRole('link', { name: number ?? '' }).click();
    await page.getByRole('button', { name: '申请更改证' }).waitFor();
    await browser.go(`/declarations/${found[0]?.id}`);
    await page.getByRole('link', { name: number ?? '' }).waitFor();
  });

  test('fresh goods stand first; the arrival is noted in Beijing time, and the time taken counts from it', async () => {
    await ordered(plainOrder('901', '-SBDECQUIET'), 'Z00000000000009010', '2026-11-20T08:00:00');
    const fresh = plainOrder('902', '-SBDECQUIET');
    await ordered(
      { ...fresh, lines: fresh.lines.map((line) => ({ ...line, gcode: '0809290000', gname: '樱桃' })) },
      'Z00000000000009020',
      '2026-11-20T08:05:00',
    );
    await browser.go('/inspections');
    await rows().nth(1).waitFor();
    const first = rows().first();
    expect(await first.textContent()).toMatch(/DEC902.*鲜活.*樱桃/s);
    await first.getByRole('button', { name: '登记到货' }).click();
    const at = page.getByRole('dialog').getByLabel('到货时间');
    await at.fill('2026-11-20 08:30');
    await page.locator('.ant-picker-ok button').click();
    // Esc throws nothing away unasked.
    await page.keyboard.press('Escape');
    const question = page.getByRole('dialog').filter({ hasText: '放弃已填写的内容' });
    await question.getByRole('button', { name: '继续填写' }).click();
    expect(await at.inputValue()).toBe('2026-11-20 08:30');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /保\s?存/ })
      .click();
    await first.getByText('2026-11-20 08:30:00').waitFor();
    await tell(result('Z00000000000009020', 'P', '2026-11-20T09:15:00'));
    await page.getByText('已查验', { exact: true }).click();
    await rows().first().getByText('45 分').waitFor();
    expect(await rows().first().textContent()).toContain('查验通过');
  }, 60_000);

  test('the declaration shows both tracks, the inspection, and one timeline of all of it', async () => {
    await page.getByRole('link', { name: /DEC902/ }).click();
    const tracks = page.locator('.tracks');
    await tracks.getByText('45 分').waitFor();
    expect(await tracks.getByLabel('检验检疫').textContent()).toContain('不涉检');
    expect(await tracks.getByLabel('海关申报').textContent()).toContain('放行');
    await page.getByText('检验与海关', { exact: true }).click();
    const events = page.locator('.timeline .event');
    await events.filter({ hasText: '货物运抵查验场地' }).waitFor();
    expect(await events.filter({ hasText: '海关申报' }).count()).toBe(await events.count());
    expect(await events.filter({ hasText: '放行' }).filter({ hasText: '未知状态' }).count()).toBe(0);
    await page.getByText('报关单已经发送，随附单据不再变更。').waitFor();
    const names = await page.locator('.document dt').allTextContents();
    expect(names).toContain('客户端报关单编号');
    expect(names.filter((name) => /^[A-Za-z]+$/.test(name))).toEqual([]);
  });

  test('a paper is attached while the declaration has not left, and can be taken away', async () => {
    const waiting = { ...plainOrder('903'), declaration: { DecHead: { AgentCode: '5001986H01' } } };
    await handIn(waiting);
    await browser.go('/declarations?q=DEC903');
    await page.locator('a[data-row]').first().click();
    const papers = page.locator('.panel', { hasText: '随附单据' });
    await papers.getByText('没有随附单据').waitFor();
    const file = (name: string, text: string) => ({
      name,
      mimeType: 'application/pdf',
      buffer: Buffer.from(text),
    });
    await papers.locator('input[type=file]').setInputFiles(file('发票.pdf', '%PDF-1.7 invoice'));
    await papers.getByRole('link', { name: '发票.pdf' }).waitFor();
    expect(await papers.locator('li b').textContent()).toBe('发票');
    browser.expected.push(/422/);
    await papers.locator('input[type=file]').setInputFiles(file('not.pdf', 'PK'));
    await papers.getByText('G20', { exact: true }).waitFor();
    await papers.getByRole('button', { name: '移除' }).click();
    await page.locator('.ant-popconfirm').getByRole('button', { name: '移除' }).click();
    await papers.getByText('没有随附单据').waitFor();
  });

  test('a draft is completed on its own form: what is missing is marked, a part is kept, the whole leaves', async () => {
    const strip = page.locator('.strip');
    expect(await strip.textContent()).toContain('待补填');
    expect(await page.getByRole('button', { name: '已由责任主体申报' }).count()).toBe(0);
    await strip.getByRole('button', { name: '补填报关单' }).click();
    await page.getByText('还缺 3 项才能发送').waitFor();
    expect(await page.locator('.sheet-cell.lacking').count()).toBe(3);
    await page.getByLabel('录入员IC卡号').fill('8630000012345');
    await page.getByLabel('毛重').fill('0');
    await page.locator('.sheet-cell', { hasText: '毛重' }).locator('.field-fault').first().waitFor();
    await page.getByLabel('毛重').fill('262.5');
    await page.getByText('还缺 2 项才能发送').waitFor();
    const save = page.locator('.sheet-foot .ant-btn-primary');
    await save.filter({ hasText: '保存草稿' }).click();
    await page.getByText('草稿已保存，还缺 2 项').waitFor();
    await page.getByLabel('录入员名称').fill('李示例');
    await page.getByLabel('申报人员姓名').fill('李示例');
    await save.filter({ hasText: '保存并发送' }).click();
    await page.getByText('现在不能修改').waitFor();
    await eventually(
      async () =>
        (
          await browser.gateway.gateway.store.query(
            `select 1 from documents d join declarations c on c.id = d.declaration_id
              where c.order_no = 'DEC903' and d.message_type = 'DecMessage' and d.delivery = 'sent'`,
          )
        ).rows,
      (found) => found.length === 1,
    );
  }, 60_000);

  test('the list is whole in English at 390 pixels', async () => {
    await page.getByRole('button', { name: '切换为英文' }).first().click();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    await page.getByRole('button', { name: 'PDF' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await browser.go('/inspections');
    await rows().first().waitFor();
    expect(await page.locator('h1').textContent()).toBe('Inspections');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(browser.errors).toEqual([]);
  });
});
