import { releaseForKeys } from '../declarations/actions.js';
import type { ApplyContext } from '../receipts/apply.js';
import { attributeReceipts } from '../receipts/attribution.js';
import { recompute } from '../receipts/recompute.js';
import { LEASE_SECONDS, LEFT_OPEN } from '../dispatch/outbox.js';
import { lockDocuments, lockMessages } from '../store/locks.js';
import { isLongAgo } from '../store/pauses.js';
import { wake, type Queryable } from '../store/store.js';
import { tickOf } from '../store/ticks.js';
import type { Text } from '../terms/text.js';

export interface SweepContext {
  /** Receipt types and the message each answers. */
  answers: readonly { messageType: string; receiptOf: string }[];
  apply: ApplyContext;
  /** Regimes whose declarations never have a counting record. */
  uncountedRegimes: readonly string[];
  /** Codes of the enterprises whose key this process holds. */
  keysHeld(): readonly string[];
}

/** One state in which something could go on and does not. */
export interface Sweep {
  name: string;
  title: Text;
  /** SQL that selects their ids as `id`. */
  find: string;
  values(context: SweepContext): unknown[];
  /** Lets them go on, in one transaction. */
  mend(tx: Queryable, ids: string[], context: SweepContext): Promise<void>;
}

/** After this long what a loop should have taken is taken for stranded. */
const LATE_SECONDS = 600;

const declarationsOf = async (tx: Queryable, documentIds: readonly string[]): Promise<string[]> => {
  const { rows } = await tx.query<{ id: string }>(
    'select distinct declaration_id as id from documents where id = any($1) and declaration_id is not null',
    [documentIds],
  );
  return rows.map((r) => r.id);
};

/** Every waiting state of the journey, in its order. None of them is ever needed while all goes well. */
export const sweeps: readonly Sweep[] = [
  {
    name: 'waiting',
    title: {
      zh: '前序单证已被受理、仍在等待的申报',
      en: 'declarations that wait although what they wait for is accepted',
    },
    // Each declaration is looked up by itself (`lateral`), whatever the planner believes of the table.
    find: `select distinct d.declaration_id as id
        from documents d
       cross join lateral (
         select count(*) as n from (
           select 1 from documents s
            where s.declaration_id = d.declaration_id and s.current and s.filing is null and s.message_type = any(d.goes_after)
              and not (s.accepted and s.app_type <> '3')
              and not exists (select 1 from decisions x where x.document_id = s.id and x.kind = 'declared-elsewhere')
            limit 1 offset 0) as s) as ahead
       where cardinality(d.goes_after) > 0 and d.delivery = 'waiting' and d.waiting_for in ('documents', 'refused-document') and d.current and d.filing is null
         and ahead.n = 0
         and not exists (select 1 from decisions x where x.document_id = d.id and x.kind = 'declared-elsewhere')`,
    values: () => [],
    mend: (tx, ids, { apply }) => apply.refresh(tx, ids),
  },
  {
    name: 'ready',
    title: { zh: '可以组报文、十分钟未组的单证', en: 'documents ready for ten minutes without a message' },
    find: `select id from documents
            where delivery = 'ready' and hold_until is null and ${isLongAgo('created_at', LATE_SECONDS)} and build_failures = 0
              and not exists (select 1 from failing_keys k where k.enterprise_code = documents.responsible_code)`,
    values: () => [],
    mend: (tx) => wake(tx, 'prepare'),
  },
  {
    name: 'key-held',
    title: {
      zh: '签名密钥已备、仍在等待责任主体的单证',
      en: 'documents that wait for their party although its key is held',
    },
    find: `select id from documents where waiting_for = 'party' and responsible_code = any($1)`,
    values: ({ keysHeld }) => [keysHeld()],
    mend: (tx, ids, { apply }) =>
      releaseForKeys(tx, ids, (inner, declarations) => apply.refresh(inner, declarations)),
  },
  {
    name: 'without-message',
    title: { zh: '标为待发、却没有报文的单证', en: 'documents queued without a message' },
    find: `select id from documents where delivery in ('queued', 'sending', 'unknown') and message_id is null`,
    values: () => [],
    async mend(tx, ids, { apply }) {
      await lockDocuments(tx, ids);
      await tx.query(`update documents set delivery = 'ready' where id = any($1) and message_id is null`, [
        ids,
      ]);
      await apply.refresh(tx, await declarationsOf(tx, ids));
      await wake(tx, 'prepare');
    },
  },
  {
    name: 'without-outbox',
    title: { zh: '待发、却不在发件箱的报文', en: 'messages queued that stand in no outbox' },
    find: `select id from messages m
            where delivery in ('queued', 'sending', 'unknown') and not exists (select 1 from outbox o where o.message_id = m.id)`,
    values: () => [],
    async mend(tx, ids) {
      await lockMessages(tx, ids);
      await tx.query(
        `insert into outbox (message_id, tenant_id, attempts)
         select id, tenant_id, (select coalesce(max(n), 0) from attempts a where a.message_id = m.id) from messages m
          where id = any($1) and delivery in ('queued', 'sending', 'unknown') on conflict do nothing`,
        [ids],
      );
      await wake(tx, 'dispatch');
    },
  },
  {
    name: 'settled',
    title: { zh: '已有结果、仍在发件箱的报文', en: 'messages that ended and still stand in the outbox' },
    find: `select o.message_id as id from outbox o join messages m on m.id = o.message_id
            where m.delivery in ('sent', 'dead', 'refused')`,
    values: () => [],
    async mend(tx, ids) {
      await lockMessages(tx, ids);
      await tx.query(
        `delete from outbox o using messages m
          where o.message_id = any($1) and m.id = o.message_id and m.delivery in ('sent', 'dead', 'refused')`,
        [ids],
      );
    },
  },
  {
    name: 'delivered',
    title: {
      zh: '报文已送达、单证未更新',
      en: 'documents that do not show that their message was delivered',
    },
    find: `select d.id from documents d join messages m on m.id = d.message_id
            where d.delivery in ('queued', 'sending', 'unknown', 'dead', 'refused') and d.message_id is not null and m.delivery = 'sent'`,
    values: () => [],
    async mend(tx, ids, { apply }) {
      await lockDocuments(tx, ids);
      await tx.query(
        `update documents d set delivery = 'sent' from messages m where d.id = any($1) and m.id = d.message_id and m.delivery = 'sent'`,
        [ids],
      );
      await apply.refresh(tx, await declarationsOf(tx, ids));
    },
  },
  {
    name: 'open-attempts',
    title: {
      zh: '进程中断、未记结果的发送',
      en: 'attempts whose process ended before it wrote down the outcome',
    },
    find: `select a.message_id as id from attempts a
            where a.outcome is null and ${isLongAgo('a.started_at', 2 * LEASE_SECONDS)}
              and not exists (select 1 from outbox o where o.message_id = a.message_id)`,
    values: () => [],
    async mend(tx, ids) {
      await tx.query(
        `update attempts set finished_at = now(), outcome = 'unknown', detail = $2 where message_id = any($1) and outcome is null`,
        [ids, LEFT_OPEN],
      );
    },
  },
  {
    name: 'receipts',
    title: { zh: '十分钟未入账的回执文件', en: 'receipt files stored ten minutes ago and not applied' },
    find: `select id from raw_receipts where state = 'stored' and ${isLongAgo('received_at', LATE_SECONDS)}`,
    values: () => [],
    mend: (tx) => wake(tx, 'receipts'),
  },
  {
    name: 'tray',
    title: { zh: '单证后来才发出的待认领回执', en: 'receipts in the tray whose document left later' },
    find: `with answers as (select * from unnest($1::text[], $2::text[]) as a (message_type, receipt_of))
      select t.id from tray t join receipts r on r.id = t.receipt_id join answers a on a.message_type = r.message_type
       where t.decision is null and r.document_id is null
         and exists (select 1 from documents d join attempts n on n.message_id = d.message_id
                      where d.message_type = a.receipt_of and d.document_key = r.document_key
                        and ${tickOf('n.tick', 'n.started_at')} > coalesce(${tickOf('t.looked_tick', 't.looked_at')}, ${tickOf('r.tick', 'r.received_at')}))`,
    values: ({ answers }) => [answers.map((a) => a.messageType), answers.map((a) => a.receiptOf)],
    async mend(tx, ids, { apply }) {
      const { rows } = await tx.query<{ message_type: string; document_key: string }>(
        `select distinct r.message_type, r.document_key from tray t join receipts r on r.id = t.receipt_id where t.id = any($1)`,
        [ids],
      );
      const keys = rows.map((r) => ({
        messageType: r.message_type,
        receiptOf: apply.receiptOf(r.message_type) ?? '',
        keyText: r.document_key,
      }));
      const { documents } = await attributeReceipts(tx, keys, apply.statuses);
      await recompute(tx, documents, apply);
      await tx.query(`update tray set looked_at = now(), looked_tick = nextval('ticks') where id = any($1)`, [
        ids,
      ]);
    },
  },
  {
    name: 'pushed',
    title: { zh: '编号已知、未归属的汇总结果和税单', en: 'pushed messages whose number is known by now' },
    find: `select p.id from pushed_messages p
            where p.document_id is null and p.declaration_id is null
              and (exists (select 1 from declarations c where c.invt_no = p.reference)
                or exists (select 1 from documents d where d.given_no = p.reference))`,
    values: () => [],
    async mend(tx, ids, { apply }) {
      const { rows } = await tx.query<{ reference: string }>(
        'select distinct reference from pushed_messages where id = any($1)',
        [ids],
      );
      await apply.claim(
        tx,
        rows.map((r) => r.reference),
      );
    },
  },
  {
    name: 'uncounted',
    title: { zh: '已放行、没有统计记录的清单', en: 'released lists without a counting record' },
    find: `select c.id from declarations c
            where c.released_at is not null and c.ie_flag = 'E' and not (c.withdrawn_at is not null and c.cleared_at is null)
              and c.regime <> all($1) and not exists (select 1 from counting_records r where r.source_id = c.id)`,
    values: (context) => [context.uncountedRegimes],
    mend: (tx, ids, { apply }) => apply.count(tx, ids),
  },
];
