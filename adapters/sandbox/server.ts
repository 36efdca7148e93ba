import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { pino, type Logger } from 'pino';
import { z } from 'zod';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { mappingPath } from '../../src/base/root.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { generateXsd } from '../../src/messages/xsd.js';
import { loadSandboxData, type Busy, type RefusalId, type Refusal } from './data.js';
import { Folders } from './folders.js';
import { Gate } from './gate.js';
import { Journal } from './journal.js';
import { Mailbox } from './mailbox.js';
import { Port, type Answer, type PortSettings } from './port.js';

export interface SandboxOptions {
  /** Address to listen on; 127.0.0.1 unless told otherwise. The sandbox asks for no password. */
  host?: string;
  /** 0 (the default) takes any free port. */
  port?: number;
  /** Watch `DIR/send` and answer into `DIR/receive` as well. */
  folder?: string;
  /** Journal that lets a restarted sandbox remember messages and receipts. */
  stateFile?: string;
  /** Milliseconds between two receipt files of one message; 50 by default, 0 hands all out at once. */
  paceMs?: number;
  clock?: Clock;
  log?: Logger;
  /** Folder mode: interval of the look into `send` (500 ms) and rest a file needs before it is read (200 ms). */
  pollMs?: number;
  settleMs?: number;
}

export interface RunningSandbox {
  url: string;
  /** Stops deliveries, ends long polls, closes connections. Resolves when the process may end. */
  close(): Promise<void>;
}

const bodyLimit = '20mb';
const maxWaitMs = 60_000;

const receiptsQuery = z.object({
  dxpId: z.string().min(1).max(30),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  waitMs: z.coerce.number().int().min(0).default(0),
});
const ackBody = z.strictObject({ ids: z.array(z.string().max(64)).max(10_000) });
const settingsBody = z.strictObject({ paceMs: z.int().min(0).max(60_000), down: z.boolean() }).partial();

/**
 * Starts the sandbox: a single window on this machine for tests, demonstrations and integrators (docs/sandbox.md).
 * Throws when the port is taken, the folder cannot be made or the state file is damaged.
 */
export async function runSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const log = options.log ?? pino({ name: 'sandbox' });
  const clock = options.clock ?? systemClock;
  const data = loadSandboxData();
  const settings: PortSettings = { paceMs: options.paceMs ?? 50, down: false };
  const mailbox = new Mailbox();
  const opened = options.stateFile === undefined ? undefined : Journal.open(options.stateFile);
  let folders: Folders | undefined;
  const port = new Port({
    data,
    gate: new Gate(
      {
        messages: () => generateXsd(loadCatalogue()),
        wrapper: () => readFileSync(mappingPath('sandbox', 'dxp.xsd'), 'utf8'),
      },
      data,
    ),
    settings,
    clock,
    log,
    journal: opened?.journal,
    waiting: () => mailbox.size,
    deliver: (origin, dxpId, file) => {
      if (origin === 'http' || !folders) mailbox.put(dxpId, file);
      else folders.deliver(file);
    },
  });
  if (options.folder !== undefined) {
    const { pollMs = 500, settleMs = 200 } = options;
    folders = new Folders({ dir: options.folder, port, log, pollMs, settleMs });
    await folders.start();
  }
  if (opened) port.replay(opened.entries);

  const app = express();
  app.disable('x-powered-by');
  app.use('/messages', (req, res, next) => {
    if (req.get('X-Dxp-Id')) next();
    else sendRefusal(res, 'dxp-id-missing', data.verdicts.refusals['dxp-id-missing']);
  });
  app.post('/messages', express.raw({ type: () => true, limit: bodyLimit, inflate: false }), (req, res) => {
    const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const dxpId = req.get('X-Dxp-Id');
    sendAnswer(req, res, port.take({ bytes, origin: 'http', dxpId, copMsgId: req.get('X-Cop-Msg-Id') }));
  });

  app.get('/receipts', async (req, res) => {
    const query = receiptsQuery.safeParse(req.query);
    if (!query.success)
      return void res.status(400).json({ reason: 'query', message: z.prettifyError(query.error) });
    if (settings.down) return sendBusy(res, data.verdicts.busy.down);
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const { dxpId, limit, waitMs } = query.data;
    const files = await mailbox.take(dxpId, limit, Math.min(waitMs, maxWaitMs), gone.signal);
    res.json({
      files: files.map(({ id, fileName, bytes }) => ({ id, fileName, data: bytes.toString('base64') })),
    });
  });

  app.use(express.json({ limit: '1mb' }));
  app.post('/receipts/ack', (req, res) => {
    const body = ackBody.safeParse(req.body);
    if (!body.success)
      return void res.status(400).json({ reason: 'body', message: z.prettifyError(body.error) });
    if (settings.down) return sendBusy(res, data.verdicts.busy.down);
    const ids = mailbox.acknowledge(body.data.ids);
    port.acknowledged(ids);
    res.json({ acknowledged: ids.length });
  });
  app.get('/sandbox/state', (_req, res) => void res.json(port.state()));
  app.post('/sandbox/reset', (_req, res) => {
    port.reset();
    mailbox.clear();
    Object.assign(settings, { paceMs: options.paceMs ?? 50, down: false });
    log.info({ event: 'reset' }, 'everything forgotten');
    res.json(port.state());
  });
  app.post('/sandbox/settings', (req, res) => {
    const body = settingsBody.safeParse(req.body);
    if (!body.success)
      return void res.status(400).json({ reason: 'body', message: z.prettifyError(body.error) });
    Object.assign(settings, body.data);
    log.info({ event: 'settings', ...settings }, 'settings changed');
    res.json(settings);
  });

  app.use((error: { status?: number }, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    if (error.status === 413) return sendRefusal(res, 'too-large', data.verdicts.refusals['too-large']);
    const status = error.status ?? 500;
    if (status >= 500) log.error({ event: 'failed', error }, 'request failed');
    res.status(status).json({ reason: status >= 500 ? 'internal' : 'request' });
  });

  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { address, port: bound } = server.address() as AddressInfo;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${bound}`;
  log.info({ event: 'started', url, folder: options.folder }, 'sandbox started');

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    port.close();
    mailbox.close();
    await folders?.close();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    // Answers of ended long polls leave first; what is still open after that is cut.
    setTimeout(() => server.closeAllConnections(), 500).unref();
    await closed;
    opened?.journal.close();
    log.info({ event: 'stopped' }, 'sandbox stopped');
  };
  return { url, close: () => (closing ??= close()) };
}

function sendAnswer(req: Request, res: Response, answer: Answer): void {
  switch (answer.kind) {
    case 'accepted':
      if (answer.cut) req.socket.destroy();
      else res.status(202).json({ copMsgId: answer.copMsgId });
      return;
    case 'duplicate':
      res.status(409).json({
        reason: 'duplicate',
        copMsgId: answer.copMsgId,
        firstAcceptedAt: answer.acceptedAt.toISOString(),
        message: { zh: '该报文已经收到，不再重复处理', en: 'this message was taken before' },
      });
      return;
    case 'refused':
      return sendRefusal(res, answer.id, answer.refusal);
    case 'busy':
      return sendBusy(res, answer.busy);
    case 'cut':
      req.socket.destroy();
  }
}

function sendRefusal(res: Response, reason: RefusalId, { status, zh, en }: Refusal): void {
  res.status(status).json({ reason, message: { zh, en } });
}

function sendBusy(res: Response, { retryAfterSeconds, zh, en }: Busy): void {
  res.status(503).set('Retry-After', String(retryAfterSeconds)).json({ reason: 'busy', message: { zh, en } });
}
