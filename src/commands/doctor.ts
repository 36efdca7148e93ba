import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf, systemClock } from '../base/clock.js';
import { dataDirOf, readConfig, type Config } from '../base/config.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { counterpartState } from '../dispatch/counterpart.js';
import { reach } from '../dispatch/reach.js';
import { failingKeys } from '../documents/failingKeys.js';
import type { Gateway } from '../gateway.js';
import { loadRulebook } from '../rulebook.js';
import { runs } from '../store/embedded.js';
import { Store } from '../store/store.js';
import { countStranded } from '../sweeps/sweep.js';
import { openForReading, openKeys, openTransport } from './open.js';

/** How long the port may take to answer. */
const PORT_ANSWERS_MS = 5000;
const OLDEST_POSTGRES = 140_000;

/** What was found: what is well or worth a look in words, and what is not well. */
interface Findings {
  notes: string[];
  faults: Fault[];
}

/** Looks at one part. What it throws is a fault of that part. */
type Look = (found: Findings, settings: Config) => void | Promise<void>;

/** The parts, each with the fault it is when the look itself fails. */
const LOOKS: readonly (readonly [Look, (reason: string, settings: Config) => Fault])[] = [
  [lookAtDataFolder, (reason) => makeFault('C06', 'GATEWAY_DATA_DIR', { reason })],
  [lookAtKeys, (reason, { keysDir }) => makeFault('C04', 'GATEWAY_KEYS_DIR', { reason, dir: keysDir })],
  [lookAtDatabase, (reason) => makeFault('C03', 'DATABASE_URL', { reason })],
  [lookAtRedis, (reason) => makeFault('C10', 'REDIS_URL', { reason })],
  [lookAtWork, (reason) => makeFault('C03', 'DATABASE_URL', { reason })],
  [lookAtPort, (reason) => makeFault('C05', 'GATEWAY_PORT_URL', { reason })],
];

/** Prints what is well and what is not, part by part, whatever is wrong with the others. Throws FaultError with every fault. */
export async function doctor(): Promise<void> {
  const found: Findings = { notes: [], faults: [] };
  await attempt(
    found,
    () => lookAtRulebook(found),
    (reason) => makeFault('C01', 'mappings', { name: 'mappings', reason }),
  );
  const settings = await attempt(
    found,
    () => readConfig(process.env),
    (reason) => makeFault('C01', 'environment', { name: 'environment', reason }),
  );
  if (settings)
    for (const [look, fault] of LOOKS)
      await attempt(
        found,
        () => look(found, settings),
        (reason) => fault(reason, settings),
      );
  for (const note of found.notes) process.stdout.write(`${note}\n`);
  if (found.faults.length > 0) throw new FaultError(found.faults);
  process.stdout.write('一切正常 / all is well\n');
}

async function attempt<T>(
  { faults }: Findings,
  work: () => T | Promise<T>,
  faultOf: (reason: string) => Fault,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FaultError) faults.push(...error.faults);
    else faults.push(faultOf(error instanceof Error ? error.message : String(error)));
    return undefined;
  }
}

function lookAtRulebook({ notes }: Findings): void {
  const { catalogue, rates, goods } = loadRulebook(systemClock, dataDirOf(process.env));
  notes.push(`规则与报文映射正常 / mappings are sound: ${catalogue.messages().length} messages`);
  if (!rates.official)
    notes.push(`注意：汇率表为示例数据，不是官方汇率 / rates are sample data: ${rates.source}`);
  if (goods.tariffOn(dayOf(systemClock.now()))?.sample)
    notes.push(
      '注意：商品编码表为样例，只有少数编码：不据以核对编码，法定单位和监管条件也只对这些编码提示；请用 gateway tariff import 导入正式的表 / the goods-code table is a sample of a few codes: codes are not checked against it; import the official one with gateway tariff import',
    );
}

function lookAtDataFolder({ notes }: Findings, { dataDir }: Config): void {
  mkdirSync(dataDir, { recursive: true });
  accessSync(dataDir, constants.W_OK);
  notes.push(`数据目录 / data folder: ${dataDir}`);
}

function lookAtKeys({ notes, faults }: Findings, settings: Config): void {
  for (const key of openKeys(settings).describe()) {
    faults.push(...key.problems);
    notes.push(
      `密钥 / key ${key.enterpriseCode}: ${key.suite ?? '?'} ${key.serial ?? ''} → ${key.notAfter ?? ''}${key.test ? '（测试 / test）' : ''}`,
    );
    notes.push(...key.warnings.map(({ message }) => `  ! ${message.zh} / ${message.en}`));
  }
}

async function lookAtDatabase({ notes }: Findings, { databaseUrl }: Config): Promise<void> {
  if (!databaseUrl) {
    notes.push('数据库：内置 PostgreSQL / database: embedded PostgreSQL');
    return;
  }
  const store = new Store(databaseUrl, 1);
  try {
    const { rows } = await store.query<{ version: string; number: string }>(
      `select current_setting('server_version') as version, current_setting('server_version_num') as number`,
    );
    const { version, number } = rows[0] ?? {};
    if (Number(number) < OLDEST_POSTGRES) throw new Error(`PostgreSQL ${version}: needs 14 or newer`);
    notes.push(`数据库 / database: PostgreSQL ${version}`);
  } finally {
    await store.close();
  }
}

async function lookAtRedis({ notes }: Findings, { redisUrl }: Config): Promise<void> {
  if (redisUrl === undefined) return;
  const { askRedis } = await import('../../adapters/redis/redis.js');
  const { version, evicts } = await askRedis(redisUrl);
  notes.push(`Redis ${version}：唤醒、节奏、实时状态 / wake-ups, pace, live status`);
  if (evicts)
    notes.push(
      `  ! Redis 会丢弃键（maxmemory-policy ${evicts}），请设为 noeviction / it evicts keys: set noeviction`,
    );
}

/** What lies in the database. The embedded one is not started for this; it is asked when a gateway runs it. */
async function lookAtWork({ notes, faults }: Findings, { databaseUrl, dataDir }: Config): Promise<void> {
  if (!databaseUrl && !runs(join(dataDir, 'postgres'))) return;
  const gateway = await openForReading();
  try {
    const unready = await gateway.notReady();
    if (unready === 'disk full')
      faults.push(makeFault('C06', 'GATEWAY_DATA_DIR', { reason: '磁盘已满 / the disk is full' }));
    else if (unready) faults.push(makeFault('C03', 'DATABASE_URL', { reason: unready }));
    const counts = await countStranded(gateway.store, gateway.journey.sweepContext());
    const stranded = counts.filter((s) => s.count > 0);
    for (const s of stranded) notes.push(`! 滞留 / stranded: ${s.count} ${s.title.zh} / ${s.title.en}`);
    if (stranded.length === 0) notes.push('没有滞留的单证、报文和回执 / nothing is stranded');
    notes.push(...(await queueNotes(gateway)));
  } finally {
    await gateway.close();
  }
}

async function lookAtPort({ notes }: Findings, settings: Config): Promise<void> {
  const transport = await openTransport(settings);
  if (!transport) {
    notes.push('未配置端口，报文将留在队列 / no port is set up: messages stay queued');
    return;
  }
  try {
    await reach(transport, PORT_ANSWERS_MS);
    notes.push(`端口可用 / port answers: ${transport.name}`, ...portNotes(settings));
  } finally {
    await transport.close();
  }
}

/** What waits to be sent or signed, and why it does not go. */
async function queueNotes(gateway: Gateway): Promise<string[]> {
  const { store, transport } = gateway;
  const { rows } = await store.query<{ queued: number; oldest: Date | null }>(
    'select count(*)::int as queued, min(m.created_at) as oldest from outbox o join messages m on m.id = o.message_id',
  );
  const { queued = 0, oldest } = rows[0] ?? {};
  const { breaker, nextTryAt } = await counterpartState(store, transport?.name ?? 'none');
  const notes = [
    oldest
      ? `待发报文 ${queued} 份，最早 ${oldest.toISOString()} / ${queued} messages wait to be sent, the oldest since then`
      : '没有待发报文 / no message waits to be sent',
  ];
  for (const { enterpriseCode, reason, documents } of await failingKeys(store))
    notes.push(
      `! 密钥 ${enterpriseCode} 不能签名：${reason}；${documents} 份单证等待 / its key does not sign: ${documents} documents wait`,
    );
  if (await gateway.paused()) notes.push('! 发送已暂停 / sending is paused');
  if (breaker === 'open')
    notes.push(
      `! 端口没有应答，报文暂缓发送，下次尝试 ${nextTryAt?.toISOString() ?? ''} / the port gave no answer: messages are held back until the next try`,
    );
  return notes;
}

/** How the port is connected to and what it needs besides; never with credentials. */
function portNotes({ transport, callback }: Config): string[] {
  if (transport.kind === 'amqp')
    return [
      `  发往 / published to: ${transport.exchange || '(default)'} ${transport.routingKey}`,
      `  回执队列 / queue of receipts: ${transport.receipts}`,
    ];
  if (transport.kind !== 'http') return [];
  const { profile, proxy, ca } = transport;
  return [
    `  接口方案 / profile: ${profile}`,
    ...(proxy === undefined ? [] : [`  代理 / proxy: ${new URL(proxy).host}`]),
    ...(ca === undefined ? [] : ['  只信任指定的证书颁发机构 / only the named authorities are believed']),
    ...(callback.token === undefined
      ? []
      : ['  回执推送地址 / receipts are brought to: POST /port/receipts']),
  ];
}
