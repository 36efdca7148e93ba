import type { z } from 'zod';
import type { Gateway } from '../../gateway.js';
import { inWords } from '../../views/attemptWords.js';
import { FaultError } from '../../base/fault.js';
import { counterpartState, tryNow } from '../../dispatch/counterpart.js';
import { failingKeys, waitingForKeys } from '../../documents/failingKeys.js';
import type { Access } from '../../enterprises/access.js';
import { authenticate } from '../auth.js';
import { type Wake, OPERATOR_TENANT, wake } from '../../store/store.js';
import { portSchema, portStateSchema } from './contract.js';
import { type AnyRoute, route } from '../route.js';

const TAG = '端口 / Port';

/** What open consoles hear about; the inner wake-ups of the loops are not their concern. */
const BEAT_MS = 5_000;

const SHOWN: readonly Wake[] = ['declarations', 'imports', 'tray'];

export function portRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;

  /** Cheap enough for every open console to ask: nothing here reads more than a few rows, whatever the volume. */
  const portName = gateway.transport?.name ?? 'none';
  const standing = async () => {
    const { rows } = await store.query<{ queued: number; last_receipt: Date | null }>(
      `select (select count(*)::int from outbox) as queued,
              (select received_at from raw_receipts order by id desc limit 1) as last_receipt`,
    );
    const { rows: recent } = await store.query<{ outcome: string; detail: string | null }>(
      'select outcome, detail from attempts where outcome is not null order by finished_at desc limit 5',
    );
    const { breaker, openedAt, nextTryAt } = await counterpartState(store, portName);
    const failing =
      breaker === 'open' ||
      (recent.length > 0 && recent.every((r) => r.outcome === 'retry' || r.outcome === 'unknown'));
    const state = !gateway.transport
      ? 'none'
      : (await gateway.paused())
        ? 'paused'
        : failing
          ? 'down'
          : 'open';
    return {
      state,
      queued: rows[0]?.queued ?? 0,
      lastReceiptAt: rows[0]?.last_receipt?.toISOString() ?? null,
      lastDetail: failing && recent[0]?.detail ? inWords(recent[0].detail) : null,
      breaker,
      breakerOpenedAt: openedAt?.toISOString() ?? null,
      nextTryAt: nextTryAt?.toISOString() ?? null,
    } as const;
  };
  const status = async (tenants: readonly string[]): Promise<z.input<typeof portSchema>> => {
    const { rows } = await store.query<{
      unknown: number;
      dead: number;
      resolved: number;
      oldest: Date | null;
    }>(
      `select (select count(*)::int from messages m join outbox o on o.message_id = m.id where m.delivery = 'unknown') as unknown,
              (select count(*)::int from messages m where delivery = 'dead'
                  and exists (select 1 from documents d where d.message_id = m.id and d.discarded_at is null)) as dead,
              (select count(*)::int from messages m where m.delivery = 'sent'
                  and exists (select 1 from attempts a where a.message_id = m.id and a.outcome = 'unknown')) as resolved,
              (select min(m.created_at) from outbox o join messages m on m.id = o.message_id) as oldest`,
    );
    const row = rows[0];
    return {
      name: portName,
      ...(await standing()),
      unknown: row?.unknown ?? 0,
      dead: row?.dead ?? 0,
      unknownResolved: row?.resolved ?? 0,
      oldestQueuedAt: row?.oldest?.toISOString() ?? null,
      waitingForKeys: await waitingForKeys(store, tenants),
      failingKeys: (await failingKeys(store)).map((k) => ({
        ...k,
        since: k.since.toISOString(),
        nextTryAt: k.nextTryAt.toISOString(),
      })),
    };
  };
  const setSwitch = async (value: string, { actor, tenants }: Access) => {
    await store.query(
      `insert into switches (tenant_id, name, value, changed_by) values ($1, 'dispatch', $2, $3)
       on conflict (tenant_id, name) do update set value = $2, changed_by = $3, changed_at = now()`,
      [OPERATOR_TENANT, value, actor],
    );
    await wake(store, 'dispatch', 'declarations');
    return status(tenants);
  };

  return [
    route({
      method: 'get',
      path: '/v1/port',
      tag: TAG,
      summary: { zh: '与单一窗口端口的连接状态', en: 'State of the connection to the port' },
      right: 'port:manage',
      answer: portSchema,
      handle: ({ access }) => status(access.tenants),
    }),
    route({
      method: 'get',
      path: '/v1/port/state',
      tag: TAG,
      summary: { zh: '发送是否正常，所有角色可见', en: 'Whether sending goes on, for every role' },
      right: 'signed-in',
      answer: portStateSchema,
      async handle({ access }) {
        const { state, queued, lastReceiptAt } = await standing();
        return { state, queued, lastReceiptAt, waitingForKeys: await waitingForKeys(store, access.tenants) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/port/pause',
      tag: TAG,
      summary: { zh: '暂停发送', en: 'Pause sending' },
      right: 'port:manage',
      answer: portSchema,
      handle: ({ access }) => setSwitch('paused', access),
    }),
    route({
      method: 'post',
      path: '/v1/port/resume',
      tag: TAG,
      summary: { zh: '恢复发送', en: 'Resume sending' },
      right: 'port:manage',
      answer: portSchema,
      async handle({ access }) {
        await tryNow(store, portName);
        return setSwitch('open', access);
      },
    }),
    route({
      method: 'get',
      path: '/v1/changes',
      tag: TAG,
      summary: { zh: '变化通知（Server-Sent Events）', en: 'What changed (server-sent events)' },
      right: 'signed-in',
      media: 'text/event-stream',
      async handle({ req, res, access }) {
        res.writeHead(200, {
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-cache, no-transform',
        });
        // Without this the console would not know that it is connected before the first event.
        res.flushHeaders();
        res.write(': open\n\n');
        const pending = new Set<Wake>();
        let tenants = new Set(access.tenants);
        const operator = access.role === 'operator';
        const stop = await gateway.signals.onNews((kind, tenantId) => {
          const shown = tenantId === undefined ? operator && SHOWN.includes(kind) : tenants.has(tenantId);
          if (shown) pending.add(kind);
        });
        // Bursts of changes become one event a second and kind.
        const timer = setInterval(() => {
          for (const kind of pending) res.write(`event: changed\ndata: ${JSON.stringify({ kind })}\n\n`);
          pending.clear();
        }, 1000);
        // A beat the console can hear: it notices within two of them that nothing comes through any more.
        const beat = setInterval(() => {
          // A key that was revoked, a session that ended: the stream ends with it; so does what a mandate let hear.
          authenticate(store, req).then(
            (now) => {
              tenants = new Set(now.tenants);
              res.write('event: beat\ndata: {}\n\n');
            },
            (error: unknown) => error instanceof FaultError && end(),
          );
        }, BEAT_MS);
        const end = () => {
          clearInterval(timer);
          clearInterval(beat);
          void stop();
          forget();
          res.end();
        };
        const forget = gateway.onClose(end);
        req.on('close', end);
      },
    }),
  ];
}
