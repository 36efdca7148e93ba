import { groupBy } from '../base/collections.js';
import { FaultError } from '../base/fault.js';
import { notFoundFault } from '../base/faults.js';
import type { Text } from '../terms/text.js';
import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';
import type { Catalogue } from '../messages/catalogue.js';
import type { Order } from '../orders/order.js';
import { lockDeclarations } from '../store/locks.js';
import type { Queryable } from '../store/store.js';
import {
  actionNames,
  documentKinds,
  isDeclared,
  transitions,
  type ActionName,
  type Answer,
  type DocumentKind,
  type Standing,
} from './transitions.js';

/** One revision of a document with what decides its future. */
export interface DocumentState {
  id: string;
  seq: number;
  messageType: string;
  title: Text;
  revision: number;
  orderRevision: number;
  appType: string;
  copNo: string;
  key: string;
  preNo: string | null;
  invtNo: string | null;
  /** Messages of the declaration that customs must hold before it, as planned when the order was accepted. */
  goesAfter: string[];
  /** The edition it is written in; null for the one in force. */
  edition: string | null;
  waitingFor: string | null;
  /** Its party declares it by its own channel. */
  elsewhere: boolean;
  standing: Standing;
}

/** A declaration as far as corrections are concerned. */
export interface DeclarationState {
  id: string;
  tenantId: string;
  regime: string;
  ieFlag: 'E' | 'I';
  /** The day whose customs regime it follows, `yyyy-MM-dd` in Asia/Shanghai. */
  acceptedOn: string;
  orderNo: string;
  copNo: string;
  /** Of the order: 1 as it came, one more with every correction. */
  revision: number;
  body: Order;
  status: string | null;
  infoCode: string | null;
  /** Newest revision of each document, in sending order. */
  documents: DocumentState[];
  /** Earlier revisions. */
  superseded: DocumentState[];
}

interface DocumentRow {
  id: string;
  declaration_id: string;
  seq: number;
  message_type: string;
  revision: number;
  order_revision: number;
  app_type: string;
  current: boolean;
  cop_no: string;
  document_key: string;
  pre_no: string | null;
  invt_no: string | null;
  goes_after: string[];
  edition: string | null;
  delivery: Delivery;
  waiting_for: string | null;
  verdict: Verdict;
  status: string | null;
  filing: boolean;
  built: boolean;
  elsewhere: boolean;
}

interface DeclarationRow {
  id: string;
  tenant_id: string;
  regime: string;
  order_no: string;
  cop_no: string;
  ie_flag: string;
  accepted_on: string;
  statistics_flag: string | null;
  status: string | null;
  info_code: string | null;
  invt_no: string | null;
  released_at: Date | null;
  withdrawn_at: Date | null;
  revision: number;
  body: Order;
}

/** Stages in which a list no longer, or not yet, ties up the documents it refers to. */
const FREE_OF_LIST = new Set([
  'unsent',
  'unbuilt',
  'port-refused',
  'refused',
  'failed',
  'deleted',
  'withdrawn',
  'superseded',
]);
const AT_CUSTOMS: ReadonlySet<Verdict> = new Set([
  'accepted',
  'review',
  'inspection',
  'reviewed',
  'detained',
  'released',
  'cleared',
]);

const kindOf = (document: string | undefined, filing: boolean): DocumentKind =>
  !filing && documentKinds.some((k) => k === document) ? (document as DocumentKind) : 'filing';

/**
 * Reads a declaration with all revisions of its documents. With `lock` the documents are locked in the one order used
 * everywhere, and the state is read after that. Throws A03 (404) when none of `tenants` owns it.
 */
export async function loadState(
  db: Queryable,
  tenants: readonly string[],
  id: string,
  catalogue: Catalogue,
  now: Date,
  lock = false,
): Promise<DeclarationState> {
  if (lock) {
    await lockDeclarations(db, [id]);
    await db.query(
      'select id from documents where declaration_id = $1 and tenant_id = any($2) order by id for update',
      [id, tenants],
    );
  }
  const { rows } = await db.query<DeclarationRow>(
    `select c.id, c.tenant_id, c.regime, c.order_no, c.cop_no, c.ie_flag, to_char(c.accepted_on, 'YYYY-MM-DD') as accepted_on, c.statistics_flag, c.status, c.info_code,
            c.invt_no, c.released_at, c.withdrawn_at, coalesce(r.revision, 1) as revision, coalesce(r.body, o.body) as body
       from declarations c join orders o on o.id = c.id
       left join lateral (select revision, body from order_revisions where order_id = c.id order by revision desc limit 1) r on true
      where c.id = $1 and c.tenant_id = any($2)`,
    [id, tenants],
  );
  const row = rows[0];
  if (!row) throw new FaultError([notFoundFault('申报 / declaration')], 404);
  const { rows: documents } = await db.query<DocumentRow>(
    `select d.id, d.declaration_id, d.seq, d.message_type, d.revision, d.order_revision, d.app_type, d.current, d.cop_no,
            d.document_key, d.pre_no, d.invt_no, d.goes_after, d.edition, d.delivery, d.waiting_for, d.verdict, d.status, d.filing is not null as filing, d.message_id is not null as built,
            exists (select 1 from decisions x where x.document_id = d.id and x.kind = 'declared-elsewhere') as elsewhere
       from documents d where d.declaration_id = $1 and d.filing is null order by d.seq, d.revision`,
    [id],
  );
  const states = standingsOf(row, documents, catalogue, now);
  return {
    id: row.id,
    tenantId: row.tenant_id,
    regime: row.regime,
    ieFlag: row.ie_flag === 'I' ? 'I' : 'E',
    acceptedOn: row.accepted_on,
    orderNo: row.order_no,
    copNo: row.cop_no,
    revision: row.revision,
    body: row.body,
    status: row.status,
    infoCode: row.info_code,
    documents: states.filter((d) => d.standing.current),
    superseded: states.filter((d) => !d.standing.current),
  };
}

/** Puts together what decides the future of each document; `rows` in the order of their revisions. */
function standingsOf(
  row: DeclarationRow,
  rows: readonly DocumentRow[],
  catalogue: Catalogue,
  now: Date,
): DocumentState[] {
  const table = transitions();
  const ieFlag = row.ie_flag === 'I' ? 'I' : 'E';
  const make = (d: DocumentRow, held: boolean): DocumentState => {
    const mapping = catalogue.message(d.message_type);
    const kind = kindOf(mapping?.document, d.filing);
    return {
      id: d.id,
      seq: d.seq,
      messageType: d.message_type,
      title: mapping?.title ?? { zh: d.message_type, en: d.message_type },
      revision: d.revision,
      orderRevision: d.order_revision,
      appType: d.app_type,
      copNo: d.cop_no,
      key: d.document_key,
      preNo: d.pre_no,
      invtNo: d.invt_no,
      goesAfter: d.goes_after,
      edition: d.edition,
      waitingFor: d.waiting_for,
      elsewhere: d.elsewhere,
      standing: {
        kind,
        delivery: d.delivery,
        verdict: d.verdict,
        status: d.status,
        built: d.built,
        appType: d.app_type,
        current: d.current,
        withdrawn: isDeclared({ kind }) && row.withdrawn_at !== null,
        listed: false,
        held,
        numbered: isDeclared({ kind }) && (d.invt_no ?? row.invt_no) !== null,
        expired: table.isExpired(ieFlag, row.released_at, now),
        ieFlag,
        statisticsFlag: row.statistics_flag ?? '',
      },
    };
  };
  const states = [...groupBy(rows, (d) => (d.filing ? d.id : d.message_type)).values()].flatMap(
    (revisions) => {
      let held = false;
      return revisions.map((d) => {
        const made = make(d, held);
        const gone = ['deleted', 'withdrawn'].includes(
          table.stageOf({ ...made.standing, current: true }).stage,
        );
        if (gone) held = false;
        else if (d.app_type === '1') held = AT_CUSTOMS.has(d.verdict);
        made.standing.held = held;
        return made;
      });
    },
  );
  const listed = states.some(
    (d) =>
      isDeclared(d.standing) &&
      d.standing.current &&
      (d.standing.held || !FREE_OF_LIST.has(table.stageOf(d.standing).stage)),
  );
  for (const { standing } of states) standing.listed = listed && !isDeclared(standing);
  return states;
}

/** What may follow for one document, one answer for each action. */
export const allowedActions = (document: DocumentState): Answer[] =>
  actionNames.map((action) =>
    transitions().answer(action, document.standing, document.title, `documents.${document.messageType}`),
  );

/**
 * What may follow for a declaration: an action is allowed when one of its documents allows it (a change also when a
 * refused document can be corrected and declared again); otherwise the list says why not.
 */
export function declarationActions(documents: readonly DocumentState[]): Answer[] {
  const answers = documents.map((d) => ({ list: isDeclared(d.standing), answers: allowedActions(d) }));
  const find = (action: ActionName) =>
    answers.flatMap((a) => a.answers).find((a) => a.action === action && a.allowed);
  return actionNames.map((action) => {
    const allowed = find(action) ?? (action === 'change' ? find('resubmit') : undefined);
    if (allowed?.allowed) return { action, allowed: true, make: allowed.make };
    const spokesman = answers.find((a) => a.list) ?? answers[0];
    const answer = spokesman?.answers.find((a) => a.action === action);
    if (!answer) throw new Error('a declaration has documents');
    return answer;
  });
}
