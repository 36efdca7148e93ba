import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { projectRoot } from '../../src/base/root.js';
import type { Order } from '../../src/orders/order.js';
import { startGatewayForBrowser, type TestGateway } from '../support/gateway.js';

export const EXAMPLE = join(projectRoot, 'examples', 'orders-9610.csv');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface ConsoleBrowser {
  page: Page;
  url: string;
  email: string;
  gateway: TestGateway;
  /** Errors of the browser console that no entry of `expected` foresees. */
  errors: string[];
  expected: RegExp[];
  /** Requests to any host but the gateway. */
  elsewhere: string[];
  signIn(): Promise<void>;
  /** Uploads orders (see `fileOf`) through the console; throws unless all are accepted. */
  handIn(...orders: Record<string, string>[]): Promise<void>;
  close(): Promise<void>;
}

/** The first order of the example as a file of its own, with other values under some of its headings. */
export function fileOf(...orders: Record<string, string>[]): {
  name: string;
  mimeType: string;
  buffer: Buffer;
} {
  const [head = '', first = ''] = readFileSync(EXAMPLE, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  const names = head.split(',');
  const rows = orders.map((values) =>
    first
      .split(',')
      .map((cell, at) => values[names[at] ?? ''] ?? cell)
      .join(','),
  );
  return { name: '样例.csv', mimeType: 'text/csv', buffer: Buffer.from(`${[head, ...rows].join('\n')}\n`) };
}

export const numberOf = async (locator: Locator): Promise<number> =>
  Number(((await locator.textContent()) ?? '').replace(/[^\d.-]/g, ''));

let launched: Promise<Browser> | undefined;

/** Ends the Chromium that the suites of one file share; each had a profile of its own. */
export async function closeChromium(): Promise<void> {
  await (await launched)?.close();
  launched = undefined;
}

/**
 * A gateway with the built console of it in a real browser, not signed in yet; it knows the parties of `orders`, or of the
 * sample orders.
 */
export async function openConsole(orders?: readonly Order[]): Promise<ConsoleBrowser> {
  if (!existsSync(join(projectRoot, 'dist', 'console', 'index.html')))
    throw new Error('dist/console is missing: run the build first');
  const { gateway, ...started } = await startGatewayForBrowser(orders);
  launched ??= chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const context = await (
    await launched
  ).newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const errors: string[] = [];
  const expected: RegExp[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (!expected.some((known) => known.test(message.text()))) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== new URL(started.url).origin)
      elsewhere.push(request.url());
  });
  return {
    page,
    url: started.url,
    email: started.email,
    gateway,
    errors,
    expected,
    elsewhere,
    async signIn() {
      await page.getByLabel('邮箱').fill(started.email);
      await page.getByLabel('密码', { exact: true }).fill(started.password);
      await page.getByRole('button', { name: '登录' }).click();
      await page.getByRole('navigation', { name: '主菜单' }).waitFor();
    },
    async handIn(...orders) {
      await page.goto(`${started.url}/upload`);
      await page.setInputFiles('input[type=file]', fileOf(...orders));
      await page.getByRole('heading', { name: /样例\.csv.*已完成/ }).waitFor();
      const accepted = await numberOf(page.locator('.tile', { hasText: '已接受' }).locator('b'));
      if (accepted !== orders.length) throw new Error(`${accepted} of ${orders.length} orders were accepted`);
    },
    async close() {
      await context.close();
      await started.close();
    },
  };
}
