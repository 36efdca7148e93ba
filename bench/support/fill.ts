import type pg from 'pg';
import { fillRollups } from './rollups.js';
import { say } from './report.js';

export interface Filling {
  /** Declarations. */
  rows: number;
  /** Newest declarations that get documents, messages and attempts. */
  documents: number;
  /** Newest declarations that get receipts. */
  receipts: number;
  /** Body of every order among the newest 100,000. */
  body: string;
  /** Bytes of the messages of the newest thousand documents of each type that were sent. */
  message: Buffer;
}

export const TENANTS = 50;

/**
 * Fills an empty schema with declarations of the last 24 months for 50 sellers (the biggest has about a sixth of all,
 * the smallest half a per cent): 95 % cleared, 2.5 % refused or held, the newest 0.5 % on their way. Constraints between
 * tables are not checked while filling and secondary indexes are built at the end, as a restore does it.
 */
export async function fill(
  client: pg.Client,
  { rows, documents, receipts, body, message }: Filling,
): Promise<void> {
  await client.query(`set session_replication_role = replica`);
  await client.query(`set synchronous_commit = off`);
  await client.query(`set maintenance_work_mem = '512MB'`);
  await client.query(`set work_mem = '256MB'`);
  await client.query('set jit = off');
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
       from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and not exists (select 1 from pg_constraint x where x.conindid = i.indexrelid)
        and c.relname in ('orders', 'declarations', 'documents', 'messages', 'outbox', 'raw_receipts', 'receipts', 'counting_records')`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);

  const step = async (name: string, sql: string, values: unknown[] = []) => {
    const started = performance.now();
    const { rowCount } = await client.query(sql, values);
    say(`${name}: ${rowCount ?? 0} rows, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  };
  await step(
    'tenants',
    `insert into tenants (id, code, name, role)
     select uuidv7(), '91500000MA5U' || lpad(k::text, 6, '0'), '重庆示例贸易第' || k || '公司', 'seller' from generate_series(1, ${TENANTS}) k`,
  );
  // One row per declaration, from which everything else is drawn: n = 1 is the oldest.
  await step(
    'plan',
    `create unlogged table plan as
     select n, uuidv7(-(interval '730 days' * (1 - n / $1::float8)) - interval '1 minute') as id, t.id as tenant_id, t.code, t.name,
            now() - interval '730 days' * (1 - n / $1::float8) - interval '1 minute' as at, r, destination
       from (select n, random() as r, (array['502','116','304','305','303','601','132','136','344','133','501','110','143'])[1 + floor(13 * power(random(), 2))::int] as destination,
                    least(${TENANTS}, floor(exp(random() * ln(${TENANTS + 1})))::int) as k
               from generate_series(1, $1::bigint) n) x
       join (select id, code, name, row_number() over (order by code) as k from tenants where role = 'seller') t using (k)
      order by n`,
    [rows],
  );
  await client.query('create index plan_n on plan (n)');
  await client.query('analyze plan');
  await step(
    'orders',
    `insert into orders (id, tenant_id, regime, business_key, fingerprint, body, submitted_by, created_at)
     select id, tenant_id, '9610', 'P1|CQ' || lpad(n::text, 12, '0'), '\\x00', case when n > $1 then $2::jsonb else '{}' end, 'bench', at from plan order by n`,
    [rows - Math.min(100_000, rows), body],
  );
  // r: < .95 cleared · < .965 released only · < .985 refused · < .99 detained · else failed; the newest 0.5 % are on their way.
  const fresh = Math.floor(rows * 0.995);
  await step(
    'declarations',
    `insert into declarations (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name, cop_no,
       logistics_code, logistics_no, pay_code, pay_no, country, amount, currency, delivery, verdict, status, status_time, info_code,
       attention, pre_no, invt_no, released_at, created_at, updated_at)
     select id, tenant_id, '9610', 'CQ' || lpad(n::text, 12, '0'), '91500108MA7P00000' || n % 3, '重庆山城跨境商城科技有限公司',
            code, name, 'SW' || to_char(at, 'YYMMDD') || lpad(to_hex(n), 16, '0'),
            'L' || n % 7, 'YT' || lpad(n::text, 12, '0'), 'P' || n % 3, 'PAY' || lpad(n::text, 12, '0'), destination,
            round((5 + 200 * r)::numeric, 2), '502',
            case when n > $1 then 'waiting' else 'sent' end,
            case when n > $1 then 'none' when r < .95 then 'cleared' when r < .965 then 'released' when r < .985 then 'refused'
                 when r < .99 then 'detained' else 'failed' end,
            case when n > $1 then null when r < .95 then '899' when r < .965 then '800' when r < .985 then '100' when r < .99 then '501' else '-601008' end,
            case when n > $1 then null else at + interval '2 minutes' end,
            case when r >= .965 and r < .985 and n <= $1 then '21' || lpad((n % 20)::text, 3, '0') end,
            n <= $1 and r >= .965 and n > $1 * 0.6,
            case when n <= $1 then 'B' || to_char(at, 'YYYYMMDD') || lpad((n % 1000000000)::text, 9, '0') end,
            case when n <= $1 and r < .985 then '8013' || to_char(at, 'YYYY') || 'E' || lpad((n % 1000000000)::text, 9, '0') end,
            case when n <= $1 and r < .965 then at + interval '3 minutes' end, at, at
       from plan order by n`,
    [fresh],
  );
  await step(
    'counting batch',
    `insert into counting_batches (recorded_at, recorded_month, folded) values (now(), to_char(now(), 'YYYY-MM'), true)`,
  );
  await step(
    'counting records',
    `insert into counting_records (id, tenant_id, source_kind, source_id, line, event_id, version, measure, cause, rule, batch_id, lead,
       month, counted_at, released_at, cleared_at, order_ids, order_nos, regime, direction, seller_code, seller_name, uscc,
       platform_code, channel, country, port, transport, gcode, qty, unit, currency, amount, cny, usd, rate_id)
     select uuidv7(), tenant_id, 'list', id, g, id, 1, 'counted', 'first', 'customs-clearance', (select max(id) from counting_batches), g = 1,
            to_char(at + interval '8 hours', 'YYYY-MM'), at + interval '3 minutes', at + interval '2 minutes', at + interval '3 minutes',
            array[id], array['CQ' || lpad(n::text, 12, '0')], '9610', 'E', code, name, code, '91500108MA7P00000' || n % 3, 'platform',
            destination, '8013', '5', '9503002100', 1, '011', '502', round((5 + 200 * r)::numeric / 2, 2),
            round((5 + 200 * r)::numeric * 3.55, 2), round((5 + 200 * r)::numeric / 2, 2), 'customs-monthly:' || to_char(at, 'YYYY-MM') || ':USD'
       from plan, generate_series(1, 2) g where n <= $1 and r < .965 order by n`,
    [fresh],
  );
  await fillRollups(step);
  const first = rows - Math.min(documents, rows);
  await step(
    'messages',
    `insert into messages (id, tenant_id, message_type, guid, signer_code, suite, key_name, bytes, sha256, document_count, delivery, created_at, sent_at)
     select uuidv7(-(interval '730 days' * (1 - (g * 100) / $2::float8)) - interval '1 minute'), (select tenant_id from plan where n = greatest(1, g * 100)), t, gen_random_uuid()::text, 'S', 'sm2-sm3', 'k',
            case when g * 100 between $4 - 1000 and $4 then $3::bytea else '\\x3c' end, '\\x00', 100,
            case when g * 100 > $4 then 'queued' when g % 5000 = 0 then 'dead' else 'sent' end,
            now() - interval '730 days' * (1 - (g * 100) / $2::float8), now()
       from generate_series($1::bigint / 100, $2::bigint / 100) g, unnest(array['CEB303Message','CEB403Message','CEB505Message','CEB603Message']) t order by g`,
    [first, rows, message, fresh],
  );
  await client.query(
    `create unlogged table plan_message as
     select id, message_type, $1::bigint / 100 + (row_number() over (partition by message_type order by created_at, id)) - 1 as g from messages`,
    [first],
  );
  await client.query('create index plan_message_g on plan_message (g, message_type)');
  await client.query('analyze plan_message');
  await step(
    'documents',
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code, responsible_name, guid,
       app_time, cop_no, document_key, delivery, waiting_for, verdict, accepted, status, status_time, message_id)
     select uuidv7(-(interval '730 days' * (1 - n / $2::float8))), p.tenant_id, p.id, s.seq, s.message_type, 'seller', 'S' || p.code, p.name, upper(gen_random_uuid()::text),
            p.at, 'SW' || to_char(p.at, 'YYMMDD') || lpad(to_hex(n), 16, '0'), 'P' || n % 3 || '|' || s.prefix || lpad(n::text, 12, '0'),
            case when n <= $3 then 'sent' when s.seq < 4 then 'ready' else 'waiting' end,
            case when n > $3 and s.seq = 4 then 'documents' end,
            case when n > $3 then 'none' when s.seq < 4 then 'accepted' when r < .95 then 'cleared' when r < .965 then 'released' else 'refused' end,
            n <= $3, case when n <= $3 then case when s.seq < 4 then '120' else '899' end end, p.at,
            case when n <= $3 then m.id end
       from plan p,
            (values (1, 'CEB303Message', 'CQ'), (2, 'CEB403Message', 'PAY'), (3, 'CEB505Message', 'YT'), (4, 'CEB603Message', 'SW')) s (seq, message_type, prefix),
            plan_message m
      where p.n > $1 and m.g = p.n / 100 and m.message_type = s.message_type order by n`,
    [first, rows, fresh],
  );
  await step(
    'attempts',
    `insert into attempts (message_id, n, tenant_id, started_at, finished_at, outcome)
     select id, 1, tenant_id, created_at, created_at + interval '80 ms', 'accepted' from messages where delivery <> 'queued'`,
  );
  await step(
    'outbox',
    `insert into outbox (message_id, tenant_id) select id, tenant_id from messages where delivery = 'queued'`,
  );
  await step(
    'receipt files',
    `insert into raw_receipts (id, tenant_id, origin, sha256, bytes, message_type, state, received_at)
     select uuidv7(), tenant_id, 'bench', sha256(convert_to(id::text || k, 'UTF8')), '\\x3c', 'CEB604Message', 'applied', created_at
       from messages, generate_series(1, 3) k where delivery = 'sent'`,
  );
  // Fifty files that wait to be applied, twenty documents each.
  await step(
    'receipt files to apply',
    `insert into raw_receipts (id, tenant_id, origin, sha256, bytes)
     select uuidv7(), tenant_id, 'bench', sha256(convert_to('waiting' || k, 'UTF8')), convert_to(k::text, 'UTF8')
       from generate_series(1, 50) k, (select id as tenant_id from tenants where role = 'operator' limit 1) t`,
  );
  await step(
    'receipts',
    `insert into receipts (id, tenant_id, raw_id, position, message_type, document_id, document_key, identity, return_status, return_time,
       info, received_at)
     select uuidv7(-(interval '730 days' * (1 - p.n / $2::float8))), d.tenant_id, w.ids[1 + p.n / 20 % cardinality(w.ids)], 1, 'CEB604Message', d.id, d.document_key,
            sha256(convert_to(d.id::text || s, 'UTF8')), s, p.at + interval '1 minute', '[Code:2600;Desc:放行]', p.at + interval '1 minute'
       from plan p join documents d on d.declaration_id = p.id,
            unnest(case when d.seq = 4 then array['2', '120', '399', '800', '899'] else array['2', '3', '120'] end) s,
            (select array_agg(id) as ids from raw_receipts where state = 'applied') w
      where p.n > $1 and d.delivery = 'sent'`,
    [rows - Math.min(receipts, rows), rows],
  );
  for (const { name, definition } of indexes) await step(`index ${name}`, definition);
  await client.query('drop table plan_message');
  await client.query('drop table plan');
  await client.query(`set session_replication_role = origin`);
  const started = performance.now();
  await client.query('vacuum analyze');
  say(`vacuum analyze: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
