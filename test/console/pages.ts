import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../src/base/root.js';
import { plainOrder } from '../support/declarations.js';
import { eventually } from '../support/gateway.js';
import { openConsole, type ConsoleBrowser } from './browser.js';
import { fillEveryPage } from './everyPage.js';

/** Fields of answers whose Chinese is data: what people typed, what the law says, what customs answered. */
const DATA = new Set(
  `name sellerName enterpriseName platformName institution office fileName source sources note reason why by createdBy
   changedBy importedBy recordedBy uploadedBy closedBy signer signedBy chosenBy actor district park subject value title docNo
   document quote article item goods gname gmodel goodsInfo itemName info detail unit stuff signature number object address code
   reference validFromText header samples`.split(/\s+/),
);

/** Runs in the page: Chinese, broken values, words cut without a title, and what makes the page scroll sideways. */
const LOOK = `(() => {
  const shown = (one) => {
    const box = one.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && getComputedStyle(one).visibility !== 'hidden';
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (one && shown(one) && !one.closest('script, style, [lang=zh-CN]:not(html)')) texts.push(walker.currentNode.textContent.trim());
  }
  const scrolls = (one) => one !== document.body && (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement));
  const sticksOut = (one) => one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one.parentElement);
  const titled = (one) => one.closest('[title]') || one.querySelector('[title]');
  const cut = [...document.querySelectorAll('td, th, button, h1, h2, h3, dt, dd, label, .card-name, .ant-tag, .mono')]
    .filter((one) => shown(one) && !titled(one) && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1
      && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX))
    .map((one) => one.textContent.trim());
  const outOfSight = [...document.querySelectorAll('.ant-table-row .ant-btn:not(.copy)')]
    .filter((one) => shown(one) && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.textContent.trim());
  return {
    outOfSight,
    han: texts.filter((text) => /\\p{Script=Han}/u.test(text)),
    broken: texts.filter((text) => /undefined|\\[object|\\bNaN\\b|Invalid Date|\\{\\w+[:}]/.test(text)),
    plural: texts.filter((text) => /^1 (?!\\w*(ss|s's)\\b)[a-z]+s\\b/.test(text)),
    cut,
    wide: document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll('#page *')].filter(sticksOut).map((one) => one.tagName + '.' + one.className) : [],
  };
})()`;

/** Runs in the page: goes to an address and waits until the page before it is gone; another question of a page stays on it. */
const MOVE = `async (address) => {
  const heading = document.querySelector('h1');
  const stays = new URL(address, location.href).pathname === location.pathname;
  history.pushState({}, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  do await drawn(); while (!document.querySelector('h1') || (heading.isConnected && !stays));
}`;

interface Look {
  /** What can be done with a row, where one would have to scroll sideways for it. */
  outOfSight: string[];
  han: string[];
  broken: string[];
  plural: string[];
  cut: string[];
  wide: string[];
}

describe('lists on paper, the adviser on a phone, and every page in English', () => {
  let browser: ConsoleBrowser;
  let page: Page;
  const rows = () => page.locator('a[data-row]');

  beforeAll(async () => {
    browser = await openConsole();
    ({ page } = browser);
    await browser.enter('/');
    await browser.handIn(
      ...[1, 2, 3].map((n) => ({
        订单编号: `CQFORM000${n}`,
        支付交易编号: `PAYFORM000${n}`,
        物流运单编号: `YTFORM000${n}`,
        提运单号: '99920261166',
      })),
    );
    await eventually(
      () => browser.gateway.operator.get<{ items: { verdict: string }[] }>('/v1/declarations?q=CQFORM'),
      ({ items }) => items.length === 3 && items.every(({ verdict }) => verdict === 'cleared'),
    );
    await browser.go('/declarations?q=CQFORM');
    await rows().nth(2).waitFor();
  }, 120_000);

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
    await browser.go('/declarations?q=CQFORM0001');
    const href = (await rows().first().getAttribute('href')) ?? '';
    const id = /declarations\/([0-9a-f-]+)/.exec(href)?.[1] ?? '';
    await page.setViewportSize({ width: 390, height: 800 });
    await browser.go(`/adviser?declaration=${id}`);
    const answer = page.locator('.adviser-answer');
    await answer.waitFor();
    await page.locator('table.advice').waitFor();
    const box = (await answer.boundingBox())!;
    expect(box.y + box.height).toBeLessThan(800);
    expect(box.y).toBeLessThan((await page.locator('table.advice').boundingBox())!.y);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  }, 60_000);

  test('every page is whole in English at 1280 and 390 pixels: no Chinese but data, nothing cut, nothing undefined, no sideways scroll', async () => {
    const { operator } = browser.gateway;
    const data = new Set<string>();
    const collect = (value: unknown, key: string) => {
      if (typeof value === 'string') {
        if (DATA.has(key)) data.add(value.trim());
      } else if (Array.isArray(value)) for (const one of value) collect(one, key);
      else if (typeof value === 'object' && value !== null)
        for (const [name, one] of Object.entries(value)) collect(one, name);
    };
    // Requests of which the end is still to come; those under way before this began do not count.
    const open = new Set<unknown>();
    const asked = (request: { url(): string; resourceType(): string }) =>
      request.resourceType() === 'fetch' || request.resourceType() === 'xhr';
    page.on('request', (request) => void (asked(request) && open.add(request)));
    page.on('requestfailed', (request) => void open.delete(request));
    page.on('response', (response) => {
      if (!asked(response.request())) return;
      void response
        .json()
        .then((body: unknown) => collect(body, ''))
        .catch(() => undefined)
        .finally(() => open.delete(response.request()));
    });
    const seller = browser.gateway.sellers.get(plainOrder('0').seller.code ?? '');
    const ids = await fillEveryPage(operator, seller!.client, 'CQFORM0001');
    const source = readFileSync(join(projectRoot, 'src/console/app.tsx'), 'utf8');
    const routes = [...source.matchAll(/<Route path="(\/[^"]*)"/g)].map(([, path = '']) => path);
    const addresses = routes
      .filter((path) => !['/sign-in', '/activate'].includes(path))
      .flatMap((path) => ids[path] ?? (path.includes(':') ? [`no address of ${path}`] : [path]));
    expect(addresses.filter((one) => one.startsWith('no address'))).toEqual([]);

    browser.expected.push(/status of 404/);
    await page.setViewportSize({ width: 1280, height: 900 });
    // Loaded anew, so that the names in the header are among the data that was seen.
    await page.goto(`${browser.url}/home`);
    await page.getByRole('button', { name: '切换为英文' }).click();
    const faults: unknown[] = [];
    let widths = [390, 1280];
    for (const address of addresses) {
      await page.evaluate(`(${MOVE})(${JSON.stringify(address)})`);
      await eventually(
        async () =>
          open.size + (await page.locator('.ant-spin-spinning, .ant-skeleton, .table-wait').count()),
        (left) => left === 0,
      );
      // Each page as wide as the one before it was left, then the other width: one change of width a page.
      for (const width of (widths = widths.toReversed())) {
        await page.setViewportSize({ width, height: 900 });
        const look = await page.evaluate<Look>(LOOK);
        const han = look.han.filter((text) => !isData(text, data));
        const fault = { ...look, han };
        if (Object.values(fault).some((found) => found.length > 0)) faults.push({ address, width, ...fault });
      }
    }
    expect(faults).toEqual([]);
    expect(addresses.length).toBeGreaterThan(45);
    await page.setViewportSize({ width: 1440, height: 900 });
  }, 180_000);

  test('the API documentation opens from the gateway alone, Chinese first, by keyboard and on a phone, with an order of each regime, in English by one press', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${browser.url}/docs`);
    const group = page.locator('.opblock-tag', { hasText: '订单 / Orders' });
    await group.getByRole('button').press('Enter');
    const operation = page.locator('.opblock', { hasText: '/v1/orders' }).first();
    await operation.locator('.opblock-summary-control').press('Enter');
    const examples = operation.locator('.examples-select option');
    await examples.nth(5).waitFor({ state: 'attached' });
    expect(await operation.locator('.opblock-summary-description').textContent()).toMatch(/^\p{Script=Han}/u);
    expect(
      (await examples.allTextContents()).map((text) => /^\d{4} [^/]*\p{Script=Han}/u.test(text)),
    ).toEqual(Array(6).fill(true));
    expect(await operation.locator('.body-param__example').textContent()).toContain('"regime": "1210"');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.getByRole('button', { name: 'English' }).press('Enter');
    await page.locator('.opblock-tag', { hasText: /^Orders$/ }).waitFor();
    expect(await page.locator('h2.title, .opblock-tag').allTextContents()).not.toContainEqual(
      expect.stringMatching(/\p{Script=Han}/u),
    );
    await page.setViewportSize({ width: 1440, height: 900 });
  }, 60_000);

  test('all this left no error in the browser console and asked no other host', () => {
    expect(browser.errors).toEqual([]);
    expect(browser.elsewhere).toEqual([]);
  });
});

/** Whether every Chinese word of a text stands in the data, or explains an English one in brackets or quotes. */
function isData(text: string, data: ReadonlySet<string>): boolean {
  const left = text.replace(/[（(“][^（）()“”]*[）)”]/g, '');
  const words =
    left.match(
      /[\p{Script=Han}（）《》〔〕、，。：；·0-9]*\p{Script=Han}[\p{Script=Han}（）《》〔〕、，。：；·0-9]*/gu,
    ) ?? [];
  return words.every((word) => [...data].some((one) => one.includes(word)));
}
