import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { declarationDetail } from '../views/declarations/detail.js';
import type { Gateway } from '../gateway.js';
import { cancelImport, resumeImport } from '../intake/control.js';
import { runNextImport } from '../intake/imports.js';
import { receiveImport } from '../intake/receiveImport.js';
import { detectFormat, sniff } from '../orders/read/format.js';
import { doctor } from './doctor.js';
import { operatorAccess } from './operator.js';
import { previewOf, profileByName, sellerByCode } from './sellerFiles.js';
import { openForReading, openGateway } from './open.js';
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
