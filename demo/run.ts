import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { projectRoot } from '../src/base/root.js';
import type { countsSchema } from '../src/views/declarations/shapes.js';
import type { importSchema } from '../src/http/imports/contract.js';
import type { intakeResultSchema } from '../src/http/orders/contract.js';
import type { totalsSchema } from '../src/views/figures/shapes.js';
import type { userSchema } from '../src/http/enterprises/contract.js';
import { makeTestKeys } from '../src/signing/makeKeys.js';
import { Client, enrol } from '../test/support/client.js';
import { terminal } from '../test/support/companies.js';
import { orderFile } from '../test/support/orderFile.js';
import { freePort, start, type Started } from './processes.js';
import { handInRounds } from './round.js';
import { handInPast, pastYears } from './year.js';
import { certify } from './certificate.js';
import { declareGoods } from './inspected.js';
import { fillWarehouses } from './overseas.js';
import { KEYLESS_CARRIER, makeScenario, type Expected, type Scenario } from './scenario.js';

type Import = z.output<typeof importSchema>;
type Counts = z.output<typeof countsSchema>;
type Totals = z.output<typeof totalsSchema>;
type IntakeResult = z.output<typeof intakeResultSchema>;
type User = z.output<typeof userSchema>;

const once = process.argv.includes('--once');
const began = Date.now();
const say = (text: string) =>
  void process.stdout.write(`[${((Date.now() - began) / 1000).toFixed(0).padStart(3)} s] ${text}\n`);
/** The broker that runs the demo's gateway. */
const OPERATOR_CODE = '91500108MA6DEM0B17';
const DEADLINE_MS = 170_000;

/** A folder of its own for this run; those of runs whose database no longer runs are removed. */
function freshFolder(): string {
  const base = join(projectRoot, 'data', 'demo');
  mkdirSync(base, { recursive: true });
  for (const name of readdirSync(base)) {
    const pidFile = join(base, name, 'postgres', 'pgdata', 'postmaster.pid');
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : 0;
    try {
      if (pid > 0) process.kill(pid, 0);
      else throw new Error('not running');
    } catch {
      rmSync(join(base, name), { recursive: true, force: true });
    }
  }
  const dir = mkdtempSync(join(base, 'run-'));
  // The embedded PostgreSQL may run as another system user, who must be able to enter.
  chmodSync(dir, 0o755);
  return dir;
}

const allOrders = ({ direct, uploads, imports, overseas, inspected }: Scenario) => [
  ...direct,
  ...uploads.flatMap((u) => u.orders),
  ...imports,
  ...overseas,
  ...Object.values(inspected),
];

function makeKeys(scenario: Scenario, dir: string): number {
  // The operator of the demo signs its monthly reports, the customs-controlled place what examples/filings hand in for it.
  const codes = new Set<string>([OPERATOR_CODE, terminal.code]);
  for (const o of allOrders(scenario))
    for (const party of [o.platform, o.seller, o.declarant, o.payment, o.waybill])
      if (party.code && /^[0-9A-Z]{18}$/.test(party.code) && party.code !== KEYLESS_CARRIER.code)
        codes.add(party.code);
  let n = 0;
  for (const code of codes)
    makeTestKeys({
      suite: n++ % 4 === 3 ? 'rsa-sha1' : 'sm2-sm3',
      subject: code,
      out: join(dir, code),
      now: new Date(),
    });
  return codes.size;
}

interface People {
  operator: Client;
  broker: Client;
  officer: Client;
  committeeTenantId: string;
  clientOf(code: string): Client;
  signIns: { role: string; email: string; password: string }[];
}

/** Registers the enterprises of the scenario and one person of each role; passwords are made anew for every run. */
async function enrolEveryone(url: string, activation: string, scenario: Scenario): Promise<People> {
  const anonymous = new Client(url);
  const signIns: People['signIns'] = [];
  const json = { 'Content-Type': 'application/json' };
  const activate = async (link: string, role: string, email: string, name?: string) => {
    const password = randomBytes(9).toString('base64url');
    const token = new URL(link).searchParams.get('token');
    const body = JSON.stringify(name === undefined ? { token, password } : { token, password, email, name });
    const response = await anonymous.raw('POST', '/v1/activate', body, json);
    if (!response.ok) throw new Error(`activation of ${email}: ${response.status} ${await response.text()}`);
    signIns.push({ role, email, password });
    return response.headers.get('set-cookie')?.split(';')[0] ?? '';
  };
  const cookie = await activate(activation, '运营方 / operator', 'operator@demo.example', '运营员');
  const operator = new Client(url, { Cookie: cookie, 'X-Requested-With': 'gateway-console' });

  const orders = allOrders(scenario);
  const names = new Map(orders.map((o) => [o.seller.code ?? '', o.seller.name ?? '']));
  const clients = new Map<string, { client: Client; tenantId: string }>();
  const broker = await enrol(operator, {
    code: OPERATOR_CODE,
    name: '重庆示例报关有限公司',
    role: 'broker',
  });
  const committee = await enrol(operator, { code: null, name: '示例区商务委员会', role: 'officer' });
  for (const code of names.keys()) {
    if (!isRegistered(code, orders)) continue;
    const { enterprise, client } = await enrol(operator, {
      code,
      name: names.get(code) ?? code,
      role: 'seller',
    });
    clients.set(code, { client, tenantId: enterprise.tenantId });
    await operator.post('/v1/mandates', {
      sellerTenantId: enterprise.tenantId,
      brokerTenantId: broker.enterprise.tenantId,
      validFrom: '2026-01-01',
    });
  }
  const first = scenario.uploads.find((u) => u.sellerCode)?.sellerCode ?? '';
  for (const [role, tenantId, email] of [
    ['卖家 / seller', clients.get(first)?.tenantId ?? '', 'seller@demo.example'],
    [
      '进口卖家 / import seller',
      clients.get(scenario.imports[0]?.seller.code ?? '')?.tenantId ?? '',
      'importer@demo.example',
    ],
    ['报关行 / broker', broker.enterprise.tenantId, 'broker@demo.example'],
    ['商务委 / officer', committee.enterprise.tenantId, 'officer@demo.example'],
  ] as const) {
    const user = await operator.post<User>('/v1/users', { tenantId, name: role.split(' ')[0], email });
    await activate(user.activation ?? '', role, email);
  }
  return {
    operator,
    broker: broker.client,
    officer: committee.client,
    committeeTenantId: committee.enterprise.tenantId,
    clientOf: (code) => {
      const found = clients.get(code);
      if (!found) throw new Error(`no client of ${code}`);
      return found.client;
    },
    signIns,
  };
}

/** A seller code that more than one order names is real; the mistyped ones of the faulty orders stand alone. */
const isRegistered = (code: string, orders: readonly { seller: { code?: string | undefined } }[]) =>
  orders.filter((o) => o.seller.code === code).length > 4;

async function handIn(
  people: People,
  scenario: Scenario,
): Promise<{ accepted: number; faulty: number; exists: number }> {
  const result = { accepted: 0, faulty: 0, exists: 0 };
  const add = (r: { accepted: number; faulty: number; exists: number }) => {
    result.accepted += r.accepted;
    result.faulty += r.faulty;
    result.exists += r.exists;
  };
  const seller = people.clientOf(scenario.direct[0]?.seller.code ?? '');
  add(await seller.post<IntakeResult>('/v1/orders', scenario.direct, { 'Idempotency-Key': 'demo-direct' }));
  say(`接口提交 ${scenario.direct.length} 单 / ${scenario.direct.length} orders through the API`);
  for (const upload of scenario.uploads) {
    const client = upload.as === 'broker' ? people.broker : people.clientOf(upload.sellerCode ?? '');
    const bytes = await orderFile(upload.fileName, upload.orders);
    let running = await client.upload<Import>(
      `/v1/imports?fileName=${encodeURIComponent(upload.fileName)}`,
      bytes,
    );
    while (running.state === 'running' || running.state === 'receiving') {
      await new Promise((resolve) => setTimeout(resolve, 200));
      running = await client.get<Import>(`/v1/imports/${running.id}`);
    }
    add(running);
    say(
      `${upload.fileName}: ${running.state}，受理 accepted ${running.accepted}，有误 faulty ${running.faulty}，已存在 exists ${running.exists}`,
    );
    if (running.error) say(`  ${running.error.code} ${running.error.message.zh}`);
  }
  return result;
}

/** Hands in the imports when everything else is counted; true when all were accepted. */
async function handInImports(people: People, orders: Scenario['imports']): Promise<boolean> {
  const importer = people.clientOf(orders[0]?.seller.code ?? '');
  const { accepted } = await importer.post<IntakeResult>('/v1/orders', orders, {
    'Idempotency-Key': 'demo-imports',
  });
  say(`进口 ${accepted} / ${orders.length} 单已受理 / import orders accepted`);
  return accepted === orders.length;
}

/** Fills the overseas warehouses of one seller, who serves some of the others; true when all of it was taken. */
async function shipOverseas(people: People, { overseas, direct }: Scenario): Promise<boolean> {
  const code = overseas[0]?.seller.code ?? '';
  const others = [...new Set(direct.concat(overseas).map((order) => order.declarant.code ?? ''))].slice(0, 2);
  const done = await fillWarehouses(people.clientOf(code), overseas, others);
  say(`海外仓 ${done ? '已登记' : '未完成'}：3 个仓，${overseas.length} 票 9810 / overseas warehouses`);
  const [shipped] = overseas;
  const issued = shipped !== undefined && (await certify(people.clientOf(code), shipped));
  say(
    `原产地证书${issued ? '已签发' : '未签发'} / certificate of origin ${issued ? 'issued' : 'not issued'}`,
  );
  return done && issued;
}

/** Carries goods under inspection through both tracks; true when all came out as it must. */
async function declareInspected(people: People, { inspected }: Scenario): Promise<boolean> {
  const rows = await declareGoods(inspected, people.operator, (code) => people.clientOf(code));
  say('报关单与检验检疫 / goods declarations and inspection');
  print(rows);
  return asExpected(rows);
}

/** Counts declarations as the scenario names outcomes. */
async function outcomesOf(client: Client): Promise<Expected['outcomes']> {
  const all = await client.get<Counts>('/v1/declarations/counts');
  const of = async (query: string) => (await client.get<Counts>(`/v1/declarations/counts?${query}`)).total;
  const verdict = (name: string) => all.byVerdict[name] ?? 0;
  return {
    cleared: verdict('cleared'),
    released: verdict('released'),
    refused: verdict('refused'),
    detained: verdict('detained'),
    failed: verdict('failed'),
    'refused-delivery': await of('delivery=refused&verdict=none'),
    'waiting-party': await of('delivery=waiting&verdict=none&attention=true'),
    silent: await of('delivery=waiting&verdict=none&attention=false'),
  };
}

async function settle(client: Client, expected: Expected): Promise<Expected['outcomes']> {
  let last = '';
  for (;;) {
    const now = await outcomesOf(client);
    const line = Object.entries(now)
      .map(([k, v]) => `${k} ${v}`)
      .join(' · ');
    if (line !== last) say((last = line));
    if (JSON.stringify(now) === JSON.stringify(expected.outcomes) || Date.now() - began > DEADLINE_MS)
      return now;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

/** GATEWAY_PORT when it is set, which then has to be free; else 8080 or whatever is. */
async function demandedPort(): Promise<number> {
  const wanted = Number(process.env.GATEWAY_PORT ?? '');
  if (!wanted) return freePort(8080);
  if ((await freePort(wanted)) !== wanted) throw new Error(`GATEWAY_PORT=${wanted}: this port is in use`);
  return wanted;
}

async function main(): Promise<void> {
  const dir = freshFolder();
  const processes: Started[] = [];
  const stop = async () => {
    for (const p of processes.reverse()) await p.stop();
  };
  try {
    const scenario = makeScenario(new Date());
    const keys = makeKeys(scenario, join(dir, 'keys'));
    say(`测试密钥 ${keys} 套（SM2 与 RSA）/ ${keys} test keys`);
    const sandboxPort = await freePort(8701);
    processes.push(
      await start(
        ['sandbox', '--port', String(sandboxPort), '--pace', '20'],
        { GATEWAY_LOG_LEVEL: 'warn' },
        /is running: /,
      ),
    );
    const port = await demandedPort();
    const url = `http://127.0.0.1:${port}`;
    const gateway = await start(
      ['serve'],
      {
        GATEWAY_PORT: String(port),
        GATEWAY_DATA_DIR: dir,
        DATABASE_URL: '',
        GATEWAY_TRANSPORT: 'http',
        GATEWAY_PORT_URL: `http://127.0.0.1:${sandboxPort}`,
        GATEWAY_DXP_ID: 'DXPENT0000000001',
        GATEWAY_COP_CODE: OPERATOR_CODE,
        GATEWAY_COP_NAME: '重庆示例报关有限公司',
        GATEWAY_LOG_LEVEL: 'warn',
      },
      /activate\?token=\S+/,
    );
    processes.push(gateway);
    say(`沙箱与网关已启动 / sandbox and gateway are running: ${url}`);
    const activation = /\S+activate\?token=\S+/.exec(gateway.said())?.[0] ?? '';
    const people = await enrolEveryone(url, activation, scenario);
    const past = await handInPast(people.officer, pastYears(new Date()));
    say('历史清关数据、平台交易额与月度确认 / past clearances, platform turnover and closed months');
    past.push(
      ...(await handInRounds(
        people.operator,
        people.officer,
        people.committeeTenantId,
        new Date(Date.now() + 8 * 3_600_000).getUTCFullYear(),
      )),
    );
    say('三轮奖励评审 / three award rounds');
    const handed = await handIn(people, scenario);
    const outcomes = await settle(people.operator, scenario.expected);
    const good =
      (await summary(people.operator, scenario.expected, handed, outcomes, past)) &&
      (await handInImports(people, scenario.imports)) &&
      (await shipOverseas(people, scenario)) &&
      (await declareInspected(people, scenario));

    if (!once) {
      process.stdout.write(`\n控制台 / console: ${url}\n`);
      for (const s of people.signIns)
        process.stdout.write(`  ${s.role.padEnd(18)} ${s.email.padEnd(24)} ${s.password}\n`);
      process.stdout.write('接口文档 / API docs: ' + `${url}/docs\n按 Ctrl-C 结束 / Ctrl-C ends the demo\n`);
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
    }
    await stop();
    if (once) rmSync(dir, { recursive: true, force: true });
    process.exitCode = good ? 0 : 1;
  } catch (error) {
    for (const p of processes) process.stderr.write(p.said());
    await stop();
    throw error;
  }
}

/** What is counted, how many there are, how many there must be. */
type Row = [name: string, got: number, wanted: number];
const asExpected = (rows: readonly Row[]): boolean => rows.every(([, got, wanted]) => got === wanted);

function print(rows: readonly Row[]): void {
  for (const [name, got, wanted] of rows)
    process.stdout.write(
      `  ${got === wanted ? '✓' : '✗'} ${name}: ${got}${got === wanted ? '' : `（应为 / expected ${wanted}）`}\n`,
    );
}

async function summary(
  operator: Client,
  expected: Expected,
  handed: { accepted: number; faulty: number; exists: number },
  outcomes: Expected['outcomes'],
  past: Row[],
): Promise<boolean> {
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
  const totals = await operator.get<Totals>(`/v1/totals?from=${month}&to=${month}`);
  const port = await operator.get<{ unknown: number; dead: number; unknownResolved: number }>('/v1/port');
  const tray = await operator.get<{ items: unknown[] }>('/v1/tray');
  const rows: Row[] = [
    ['受理 / accepted', handed.accepted, expected.accepted],
    ['有误 / faulty', handed.faulty, expected.faulty],
    ['已存在 / exists', handed.exists, expected.exists],
    ['结关 / cleared', outcomes.cleared, expected.outcomes.cleared],
    ['放行 / released', outcomes.released, expected.outcomes.released],
    ['退单 / refused', outcomes.refused, expected.outcomes.refused],
    ['扣留 / detained', outcomes.detained, expected.outcomes.detained],
    ['处理异常 / failed', outcomes.failed, expected.outcomes.failed],
    ['端口拒收 / refused by the port', outcomes['refused-delivery'], expected.outcomes['refused-delivery']],
    ['等待责任主体 / waiting for a party', outcomes['waiting-party'], expected.outcomes['waiting-party']],
    ['无回执 / silent', outcomes.silent, expected.outcomes.silent],
    ['结果未知未解决 / unknown left', port.unknown, 0],
    ['统计清单数（已结关）/ lists in the totals (cleared)', totals.sum.orders, expected.outcomes.cleared],
    ['已放行未结关 / released, not yet cleared', totals.pending.orders, expected.outcomes.released],
    ...past,
  ];
  process.stdout.write('\n结果 / summary\n');
  print(rows);
  process.stdout.write(`  · 结果未知后已查明 / unknown resolved: ${port.unknownResolved}\n`);
  process.stdout.write(`  · 待认领回执 / tray: ${tray.items.length}\n`);
  process.stdout.write(
    `  · 货值 / value: ${totals.sum.cny} CNY, ${totals.sum.usd} USD（${totals.rates.official ? '' : '示例汇率 / sample rates'}）\n`,
  );
  const good = asExpected(rows) && port.unknownResolved > 0 && tray.items.length > 0;
  process.stdout.write(
    `\n${good ? '与预期一致 / as expected' : '与预期不符 / NOT as expected'}，${((Date.now() - began) / 1000).toFixed(0)} s\n`,
  );
  return good;
}

await main();
