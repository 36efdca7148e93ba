import { createReadStream, statSync } from 'node:fs';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { dayOf, systemClock } from '../base/clock.js';
import { dataDirOf, readConfig, type Config } from '../base/config.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { counterpartState } from '../dispatch/counterpart.js';
import { reach } from '../dispatch/reach.js';
import { failingKeys } from '../documents/failingKeys.js';
import { declarationDetail } from '../views/declarations/detail.js';
import type { Gateway } from '../gateway.js';
import { cancelImport, resumeImport } from '../intake/control.js';
import { runNextImport } from '../intake/imports.js';
import { receiveImport } from '../intake/receiveImport.js';
import { detectFormat, sniff } from '../orders/read/format.js';
import { loadRulebook } from '../rulebook.js';
import { runs } from '../store/embedded.js';
import { Store } from '../store/store.js';
import { countStranded } from '../sweeps/sweep.js';
import { operatorAccess } from './operator.js';
import { previewOf, profileByName, sellerByCode } from './sellerFiles.js';
import { openForReading, openGateway, openKeys, openTransport } from './open.js';
import { action, printJson, untilStopped } from './print.js';
import { declarationsByReference } from './references.js';

const MAX_BYTES = 8 * 1024 ** 3;

/** Commands that work on the gateway's database: import, status, doctor. */
export function addOperations(program: Command): void {
  program
    .command('import [file]')
    .description(
      '导入订单文件，显示进度；可中断并继续 / import a file of orders with progress; can be interrupted and resumed',
    )
    .option('--resume <id>', '继续中断的导入 / go on with an interrupted import')
    .option('--seller <code>', '文件只含此电商企业的订单 / the only seller of the file')
    .option('--profile <name>', '列对应方案，见 gateway profiles / column profile, see gateway profiles')
    .option('--preview', '只看每列是什么、有哪些问题，不导入 / only show what each column is, import nothing')
    .option('--key <key>', '幂等键 / idempotency key')
    .action(
      action(async (file: string | undefined, flags: ImportFlags) =>
        flags.preview ? previewOf(file ?? '', flags) : importFile(file, flags),
      ),
    );

  program
    .command('status <reference>')
    .description('查询申报：受理号、订单号、企业编号、清单号或运单号 / a declaration by any of its numbers')
    .action(
      action(async (reference: string) => {
        const gateway = await openForReading();
        try {
          const access = await operatorAccess(gateway);
          const found = await declarationsByReference(gateway, access.tenants, reference);
          const details = [];
          for (const id of found)
            details.push(
              await declarationDetail(gateway.store, access.tenants, id, gateway.catalogue, gateway.view),
            );
          const shown = details.filter((d) => d !== undefined);
          if (shown.length === 0)
            throw new FaultError([notFoundFault(`申报 ${reference} / declaration`)], 404);
          printJson(shown.length === 1 ? shown[0] : shown);
        } finally {
          await gateway.close();
        }
      }),
    );

  program
    .command('doctor')
    .description('检查全部配置、密钥、数据库和端口 / check every setting, key, the database and the port')
    .action(action(doctor));
}

interface ImportFlags {
  resume?: string;
  seller?: string;
  profile?: string;
  preview?: boolean;
  key?: string;
}

async function importFile(file: string | undefined, flags: ImportFlags): Promise<void> {
  if ((file === undefined) === (flags.resume === undefined))
    throw new FaultError([
      makeFault('A04', 'FILE', { reason: '请给出文件或 --resume 之一 / give a file or --resume' }),
    ]);
  const gateway = await openGateway();
  let stopping = false;
  void untilStopped().then(() => {
    stopping = true;
  });
  try {
    const id = flags.resume ?? (await receive(gateway, file ?? '', flags));
    process.stderr.write(`导入号 / import: ${id}\n`);
    if (
      flags.resume &&
      !(await resumeImport(gateway.store, id)) &&
      (await stateOf(gateway, id)) !== 'running'
    )
      throw new FaultError([
        makeFault('A08', '--resume', { reason: '该导入不在中断或停止状态 / it is not interrupted' }),
      ]);
    await follow(gateway, id, () => stopping);
    const { rows } = await gateway.store.query(
      `select id, state, orders, accepted, faulty, already_there as exists, error from imports where id = $1`,
      [id],
    );
    printJson(rows[0]);
    if (stopping)
      process.stderr.write(`已暂停，继续请运行 / stopped; go on with: gateway import --resume ${id}\n`);
    const row = rows[0] as { state: string; faulty: number } | undefined;
    if (row?.state !== 'done' || row.faulty > 0) process.exitCode = 1;
  } finally {
    await gateway.close();
  }
}

async function stateOf(gateway: Gateway, id: string): Promise<string | undefined> {
  const { rows } = await gateway.store.query<{ state: string }>(
    'select state from imports where id::text = $1',
    [id],
  );
  return rows[0]?.state;
}

async function receive(gateway: Gateway, file: string, flags: ImportFlags): Promise<string> {
  const total = statSync(file).size;
  const { head, stream } = await sniff(createReadStream(file, { highWaterMark: 1 << 20 }));
  const detected = detectFormat(head, file);
  if ('refused' in detected) throw new FaultError([detected.refused]);
  const access = await operatorAccess(gateway);
  const sellerTenantId = await sellerByCode(gateway.store, flags.seller);
  const profile = await profileByName(gateway, sellerTenantId ?? access.tenantId, flags.profile);
  const bar = progressBar('接收 / receiving');
  bar.start(total, 0, { note: '' });
  const counted = async function* () {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bar.increment(chunk.length);
      yield chunk;
    }
  };
  try {
    return await receiveImport(gateway.store, counted(), {
      access,
      fileName: basename(file),
      format: detected.format,
      maxBytes: MAX_BYTES,
      ...(sellerTenantId ? { sellerTenantId } : {}),
      ...(profile ? { profile } : {}),
      ...(flags.key ? { idempotencyKey: flags.key } : {}),
    });
  } finally {
    bar.stop();
  }
}

const progressBar = (title: string) =>
  new SingleBar({
    format: `${title} {bar} {percentage}% {value}/{total} B ETA {eta}s {note}`,
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    hideCursor: true,
  });

/** Works until the import is over or the person stops it; another process may do the work just as well. */
async function follow(gateway: Gateway, id: string, stopping: () => boolean): Promise<void> {
  const bar = progressBar('导入 / importing');
  let working = true;
  const show = async () => {
    const { rows } = await gateway.store.query<{
      bytes_total: string;
      bytes_read: string;
      accepted: number;
      faulty: number;
      state: string;
    }>('select bytes_total, bytes_read, accepted, faulty, state from imports where id = $1', [id]);
    const row = rows[0];
    if (row) {
      bar.setTotal(Number(row.bytes_total));
      bar.update(Number(row.bytes_read), { note: `✓${row.accepted} ✗${row.faulty}` });
    }
    return row?.state ?? 'failed';
  };
  bar.start(1, 0, { note: '' });
  const context = {
    store: gateway.store,
    journey: gateway.journey,
    log: gateway.log,
    read: gateway.fileReading(),
    goodsFields: gateway.rulebook.goodsFields,
    stopping,
  };
  const ticker = setInterval(() => void (working && show().catch(() => undefined)), 1000);
  try {
    while (!stopping() && (await show()) === 'running')
      if (!(await runNextImport(context))) await new Promise((resolve) => setTimeout(resolve, 500));
    // Stopped by hand: the import is put to rest, so that --resume finds it where it stopped.
    if (stopping()) await cancelImport(gateway.store, id);
  } finally {
    working = false;
    clearInterval(ticker);
    await show();
    bar.stop();
  }
}

/** How long the port may take to answer `doctor`. */
const PORT_ANSWERS_MS = 5000;

async function doctor(): Promise<void> {
  const faults: Fault[] = [];
  const notes: string[] = [];
  const gather = async (work: () => Promise<void>, wrap: (reason: string) => Fault) => {
    try {
      await work();
    } catch (error) {
      if (error instanceof FaultError) faults.push(...error.faults);
      else faults.push(wrap(error instanceof Error ? error.message : String(error)));
    }
  };
  await gather(
    async () => {
      const rulebook = loadRulebook(systemClock, dataDirOf(process.env));
      notes.push(`规则与报文映射正常 / mappings are sound: ${rulebook.catalogue.messages().length} messages`);
      if (!rulebook.rates.official)
        notes.push(`注意：汇率表为示例数据，不是官方汇率 / rates are sample data: ${rulebook.rates.source}`);
      if (rulebook.goods.tariffOn(dayOf(systemClock.now()))?.sample)
        notes.push(
          '注意：商品编码表为样例，只有少数编码：不据以核对编码，法定单位和监管条件也只对这些编码提示；请用 gateway tariff import 导入正式的表 / the goods-code table is a sample of a few codes: codes are not checked against it; import the official one with gateway tariff import',
        );
    },
    (reason) => makeFault('C01', 'mappings', { name: 'mappings', reason }),
  );
  let config: ReturnType<typeof readConfig> | undefined;
  await gather(
    async () => {
      config = readConfig(process.env);
    },
    (reason) => makeFault('C01', 'environment', { name: 'environment', reason }),
  );
  if (config) {
    const settings = config;
    await gather(
      async () => {
        mkdirSync(settings.dataDir, { recursive: true });
        accessSync(settings.dataDir, constants.W_OK);
        notes.push(`数据目录 / data folder: ${settings.dataDir}`);
      },
      (reason) => makeFault('C06', 'GATEWAY_DATA_DIR', { reason }),
    );
    await gather(
      async () => {
        for (const key of openKeys(settings).describe()) {
          faults.push(...key.problems);
          notes.push(
            `密钥 / key ${key.enterpriseCode}: ${key.suite ?? '?'} ${key.serial ?? ''} → ${key.notAfter ?? ''}${key.test ? '（测试 / test）' : ''}`,
          );
          notes.push(...key.warnings.map(({ message }) => `  ! ${message.zh} / ${message.en}`));
        }
      },
      (reason) => makeFault('C04', 'GATEWAY_KEYS_DIR', { reason, dir: settings.keysDir }),
    );
    await gather(
      async () => {
        if (!settings.databaseUrl) {
          notes.push('数据库：内置 PostgreSQL / database: embedded PostgreSQL');
          return;
        }
        const store = new Store(settings.databaseUrl, 1);
        try {
          const { rows } = await store.query<{ server_version: string; server_version_num: string }>(
            `select current_setting('server_version') as server_version, current_setting('server_version_num') as server_version_num`,
          );
          if (Number(rows[0]?.server_version_num) < 140_000)
            throw new Error(`PostgreSQL ${rows[0]?.server_version}: needs 14 or newer`);
          notes.push(`数据库 / database: PostgreSQL ${rows[0]?.server_version}`);
        } finally {
          await store.close();
        }
      },
      (reason) => makeFault('C03', 'DATABASE_URL', { reason }),
    );
    await gather(
      async () => {
        if (settings.redisUrl === undefined) return;
        const { askRedis } = await import('../../adapters/redis/redis.js');
        const { version, evicts } = await askRedis(settings.redisUrl);
        notes.push(`Redis ${version}：唤醒、节奏、实时状态 / wake-ups, pace, live status`);
        if (evicts)
          notes.push(
            `  ! Redis 会丢弃键（maxmemory-policy ${evicts}），请设为 noeviction / it evicts keys: set noeviction`,
          );
      },
      (reason) => makeFault('C10', 'REDIS_URL', { reason }),
    );
    await gather(
      async () => {
        // The embedded database is not started for this; it is asked when a gateway runs it.
        if (!settings.databaseUrl && !runs(join(settings.dataDir, 'postgres'))) return;
        const gateway = await openForReading();
        try {
          const unready = await gateway.notReady();
          if (unready === 'disk full')
            faults.push(makeFault('C06', 'GATEWAY_DATA_DIR', { reason: '磁盘已满 / the disk is full' }));
          else if (unready) faults.push(makeFault('C03', 'DATABASE_URL', { reason: unready }));
          const stranded = (await countStranded(gateway.store, gateway.journey.sweepContext())).filter(
            (s) => s.count > 0,
          );
          for (const s of stranded) notes.push(`! 滞留 / stranded: ${s.count} ${s.title.zh} / ${s.title.en}`);
          if (stranded.length === 0) notes.push('没有滞留的单证、报文和回执 / nothing is stranded');
          notes.push(...(await queueNotes(gateway)));
        } finally {
          await gateway.close();
        }
      },
      (reason) => makeFault('C03', 'DATABASE_URL', { reason }),
    );
    await gather(
      async () => {
        const transport = await openTransport(settings);
        if (!transport) notes.push('未配置端口，报文将留在队列 / no port is set up: messages stay queued');
        else {
          try {
            await reach(transport, PORT_ANSWERS_MS);
            notes.push(`端口可用 / port answers: ${transport.name}`);
            notes.push(...portNotes(settings));
          } finally {
            await transport.close();
          }
        }
      },
      (reason) => makeFault('C05', 'GATEWAY_PORT_URL', { reason }),
    );
  }
  for (const note of notes) process.stdout.write(`${note}\n`);
  if (faults.length > 0) throw new FaultError(faults);
  process.stdout.write('一切正常 / all is well\n');
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
