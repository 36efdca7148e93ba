import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import type { z } from 'zod';
import { projectRoot } from '../../src/base/root.js';
import type { importSchema } from '../../src/http/imports/contract.js';
import { Client } from '../support/client.js';
import { plainOrder } from '../support/declarations.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { freshOrders } from '../support/sampleOrders.js';

type Import = z.output<typeof importSchema>;

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
  /** Signs the operator in by the form, on the page as it is or after loading `path`. */
  signIn(path?: string): Promise<void>;
  /** Loads `path` as the operator, who signed in before; once is enough to fill in the form. */
  enter(path: string): Promise<void>;
  /** Uploads orders (see `fileOf`) as the console would; throws unless all are accepted. */
  handIn(...orders: Record<string, string>[]): Promise<void>;
  /**
   * Opens an address of the console by its router, which costs a tenth of loading the page anew. Nothing of the page before
   * is left when it resolves: it goes by way of an address that does not exist.
   */
  go(path: string): Promise<void>;
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

/**
 * Runs in the page, see `go`. The page before is gone once its heading is; one that is asked another question would keep it, and
 * is left by way of an address that does not exist: what a link of the page before still brings comes and goes on that way.
 */
const GO = `async (path) => {
  const heading = () => document.querySelector('h1');
  const nowhere = () => /没有这个页面|No such page/.test(heading()?.textContent);
  const show = async (address, shown, mostMs) => {
    history.pushState({}, '', address);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    const until = Date.now() + mostMs;
    while (!shown()) {
      if (Date.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  };
  const kind = (address) => new URL(address, location.href).pathname.split('/')[1];
  const before = heading();
  const another = () => heading() !== null && !before?.isConnected;
  if (kind(path) !== kind(location.href) && (await show(path, another, 2_000))) return;
  const there = () => heading() !== null && !nowhere();
  if (!(await show('/nowhere', nowhere, 20_000)) || !(await show(path, there, 20_000)))
    throw new Error(path + ' shows ' + heading()?.textContent);
}`;

export const numberOf = async (locator: Locator): Promise<number> =>
  Number(((await locator.textContent()) ?? '').replace(/[^\d.-]/g, ''));

/** What the suites of one file share: starting a gateway and a browser is most of what a short suite would cost. */
interface Shared {
  gateway: TestGateway;
  chromium: Browser;
  context: BrowserContext;
}
let shared: Promise<Shared> | undefined;
let session: Promise<{ name: string; value: string; url: string }> | undefined;
let last: Page | undefined;

/** A session of the operator, as the form would begin it. */
async function sessionOf({ server: { url }, email, password }: TestGateway) {
  const answer = await new Client(url).raw('POST', '/v1/session', JSON.stringify({ email, password }), {
    'Content-Type': 'application/json',
    'X-Requested-With': 'gateway-console',
  });
  const [, name = '', value = ''] = /^([^=]+)=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  return { name, value, url };
}

async function share(): Promise<Shared> {
  if (!existsSync(join(projectRoot, 'dist', 'console', 'index.html')))
    throw new Error('dist/console is missing: run the build first');
  const [gateway, chromium] = await Promise.all([
    startTestGateway({ orders: [...freshOrders({ count: 40 }), plainOrder('0')] }),
    launchChromium(),
  ]);
  const context = await chromium.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'UTC',
    // Dialogs and lists stand at once: waiting for each to slide in is a fifth of a walk.
    reducedMotion: 'reduce',
  });
  return { gateway, chromium, context };
}

const launchChromium = () => chromium.launch({ executablePath: CHROMIUM, args: ARGS });

/** Ends the gateway and the Chromium of a file. */
export async function closeConsole(): Promise<void> {
  const started = await shared?.catch(() => undefined);
  shared = session = last = undefined;
  await started?.chromium.close();
  await started?.gateway.close();
}

/**
 * A page of the built console in a real browser, as one who was never here sees it: Chinese, 1440 pixels, not signed in.
 * The gateway (with the parties of the sample orders) and what earlier suites of the file did there stay.
 */
export async function openConsole(): Promise<ConsoleBrowser> {
  shared ??= share();
  const { gateway, context } = await shared;
  await last?.evaluate('localStorage.clear(); sessionStorage.clear()');
  await last?.close();
  await context.clearCookies();
  const page = (last = await context.newPage());
  const { email, password } = gateway;
  const url = gateway.server.url;
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
    const { protocol, origin } = new URL(request.url());
    if (/^https?:$/.test(protocol) && origin !== new URL(url).origin) elsewhere.push(request.url());
  });
  const go = async (path: string) => {
    await page.evaluate(`(${GO})(${JSON.stringify(path)})`);
  };
  return {
    page,
    url,
    email,
    gateway,
    errors,
    expected,
    elsewhere,
    async signIn(path) {
      if (path) await page.goto(`${url}${path}`);
      await page.getByLabel('邮箱').fill(email);
      await page.getByLabel('密码', { exact: true }).fill(password);
      await page.getByRole('button', { name: '登录' }).click();
      await page.getByRole('navigation', { name: '主菜单' }).waitFor();
    },
    async enter(path) {
      await context.addCookies([await (session ??= sessionOf(gateway))]);
      // So that the console asks for the session at all, see `wasSignedIn`.
      await page.addInitScript(`localStorage.setItem('gateway-signed-in', '1')`);
      await page.goto(`${url}${path}`);
      await page.getByRole('navigation', { name: '主菜单' }).waitFor();
    },
    go,
    async handIn(...orders) {
      const { operator } = gateway;
      const { name, buffer } = fileOf(...orders);
      const { id } = await operator.upload<Import>(
        `/v1/imports?fileName=${encodeURIComponent(name)}`,
        buffer,
      );
      const { accepted } = await eventually(
        () => operator.get<Import>(`/v1/imports/${id}`),
        ({ state }) => state !== 'running' && state !== 'receiving',
      );
      if (accepted !== orders.length) throw new Error(`${accepted} of ${orders.length} orders were accepted`);
    },
  };
}
