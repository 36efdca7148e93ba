import { z } from 'zod';
import type { Gateway } from '../../gateway.js';
import { OPERATOR_TENANT, wake, type Wake } from '../../store/store.js';
import { route, type AnyRoute } from '../route.js';

const TAG = '端口 / Port';
const portSchema = z
  .object({
    name: z.string(),
    state: z.enum(['open', 'paused', 'down', 'none']),
    queued: z.int(),
    unknown: z.int(),
    dead: z.int(),
    /** Messages whose answer was lost and that were found to have arrived. */
    unknownResolved: z.int(),
    oldestQueuedAt: z.iso.datetime().nullable(),
    lastReceiptAt: z.iso.datetime().nullable(),
    lastDetail: z.string().nullable(),
  })
  .meta({ id: 'Port' });

/** What open consoles hear about; the inner wake-ups of the loops are not their concern. */
const SHOWN: readonly Wake[] = ['declarations', 'imports', 'tray'];

export function portRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;

  const status = async (): Promise<z.input<typeof portSchema>> => {
    const { rows } = await store.query<{
      queued: number;
      unknown: number;
      dead: number;
      resolved: number;
      oldest: Date | null;
      last_receipt: Date | null;
    }>(
      `select (select count(*)::int from outbox) as queued,
              (select count(*)::int from messages m join outbox o on o.message_id = m.id where m.delivery = 'unknown') as unknown,
              (select count(*)::int from messages where delivery = 'dead') as dead,
              (select count(*)::int from messages m where m.delivery = 'sent'
                  and exists (select 1 from attempts a where a.message_id = m.id and a.outcome = 'unknown')) as resolved,
              (select min(m.created_at) from outbox o join messages m on m.id = o.message_id) as oldest,
              (select max(received_at) from raw_receipts) as last_receipt`,
    );
    const { rows: recent } = await store.query<{ outcome: string; detail: string | null }>(
      'select outcome, detail from attempts where outcome is not null order by finished_at desc limit 5',
    );
    const row = rows[0];
    const failing =
      recent.length > 0 && recent.every((r) => r.outcome === 'retry' || r.outcome === 'unknown');
    return {
      name: gateway.transport?.name ?? 'none',
      state: !gateway.transport ? 'none' : (await gateway.paused()) ? 'paused' : failing ? 'down' : 'open',
      queued: row?.queued ?? 0,
      unknown: row?.unknown ?? 0,
      dead: row?.dead ?? 0,
      unknownResolved: row?.resolved ?? 0,
      oldestQueuedAt: row?.oldest?.toISOString() ?? null,
      lastReceiptAt: row?.last_receipt?.toISOString() ?? null,
      lastDetail: failing ? (recent[0]?.detail ?? null) : null,
    };
  };
  const setSwitch = async (value: string, actor: string) => {
    await store.query(
      `insert into switches (tenant_id, name, value, changed_by) values ($1, 'dispatch', $2, $3)
       on conflict (tenant_id, name) do update set value = $2, changed_by = $3, changed_at = now()`,
      [OPERATOR_TENANT, value, actor],
    );
    await wake(store, 'dispatch', 'declarations');
    return status();
  };

  return [
    route({
      method: 'get',
      path: '/v1/port',
      tag: TAG,
      summary: { zh: '与单一窗口端口的连接状态', en: 'State of the connection to the port' },
      right: 'port:manage',
      answer: portSchema,
      handle: () => status(),
    }),
    route({
      method: 'post',
      path: '/v1/port/pause',
      tag: TAG,
      summary: { zh: '暂停发送', en: 'Pause sending' },
      right: 'port:manage',
      answer: portSchema,
      handle: ({ access }) => setSwitch('paused', access.actor),
    }),
    route({
      method: 'post',
      path: '/v1/port/resume',
      tag: TAG,
      summary: { zh: '恢复发送', en: 'Resume sending' },
      right: 'port:manage',
      answer: portSchema,
      handle: ({ access }) => setSwitch('open', access.actor),
    }),
    route({
      method: 'get',
      path: '/v1/changes',
      tag: TAG,
      summary: { zh: '变化通知（Server-Sent Events）', en: 'What changed (server-sent events)' },
      right: 'signed-in',
      media: 'text/event-stream',
      async handle({ req, res }) {
        res.writeHead(200, {
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-cache, no-transform',
        });
        // Without this the console would not know that it is connected before the first event.
        res.flushHeaders();
        res.write(': open\n\n');
        const pending = new Set<Wake>();
        const unsubscribe = await store.subscribe((kind) => {
          if (SHOWN.includes(kind)) pending.add(kind);
        });
        // Bursts of changes become one event a second and kind.
        const timer = setInterval(() => {
          for (const kind of pending) res.write(`event: changed\ndata: ${JSON.stringify({ kind })}\n\n`);
          pending.clear();
        }, 1000);
        const beat = setInterval(() => res.write(': still here\n\n'), 20_000);
        const end = () => {
          clearInterval(timer);
          clearInterval(beat);
          unsubscribe();
          forget();
          res.end();
        };
        const forget = gateway.onClose(end);
        req.on('close', end);
      },
    }),
  ];
}
