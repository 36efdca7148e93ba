import { FaultError, type Fault } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import type { Queryable } from '../store/store.js';
import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';
import type { FilingData } from './data.js';
import type { FilingKind } from './kinds.js';

/** One document of a filing as far as what may follow is concerned. */
export interface FilingPart {
  id: string;
  tenant_id: string;
  message_type: string;
  revision: number;
  app_type: string;
  current: boolean;
  delivery: Delivery;
  verdict: Verdict;
  accepted: boolean;
  message_id: string | null;
  pre_no: string | null;
  given_no: string | null;
  document_key: string;
  /** Null where its family has one edition only. */
  edition: string | null;
  filing: FilingData;
}

export type FilingParts = [FilingPart, ...FilingPart[]];

/**
 * The parts of a filing that are acted on: those of the revision in force, so that a change customs refused stands in
 * the way of nothing; those of the newest when none is. Throws A03 (404) for one that is not the asker's.
 */
export async function partsInForce(
  db: Queryable,
  access: Pick<Access, 'tenants'>,
  filingId: string,
): Promise<FilingParts> {
  const { rows } = await db.query<FilingPart>(
    `select id, tenant_id, message_type, revision, app_type, current, delivery, verdict, accepted, message_id, pre_no,
            given_no, document_key, edition, filing
       from documents where filing_id = $1 and tenant_id = any($2) order by id`,
    [filingId, access.tenants],
  );
  const inForce = rows.filter((r) => r.current);
  // A revision that was put aside before it left counts only when there is no other.
  const kept = rows.filter((r) => r.message_id !== null);
  const newest = Math.max(
    ...(inForce.length > 0 ? inForce : kept.length > 0 ? kept : rows).map((r) => r.revision),
  );
  const [first, ...rest] = rows.filter((r) => r.revision === newest);
  if (!first) throw new FaultError([notFoundFault('后续单证 / filing')], 404);
  return [first, ...rest];
}

/** What may be done with a filing that was handed in. */
export type FilingAction = 'change' | 'delete';
const ACTION = {
  change: { zh: '变更', en: 'changed', appType: '2' },
  delete: { zh: '删除', en: 'deleted', appType: '3' },
} as const;

/** Why an action is not possible, and what to do instead. */
const OBSTACLES = {
  unsupported: {
    reason: '该报文没有此报送类型',
    reasonEn: 'its message has no such appType',
    remedy: '如有需要，请另行申报',
    remedyEn: 'File another where one is needed',
  },
  unanswered: {
    reason: '已发送，尚未收到海关回执',
    reasonEn: 'it was sent and customs has not answered yet',
    remedy: '收到回执后再办理；投递异常的请先重发',
    remedyEn: 'Wait for the receipt; send it again where delivery went wrong',
  },
  granted: {
    reason: '海关已同意，撤销或退货已经生效',
    reasonEn: 'customs granted it and it has taken effect',
    remedy: '后续变化请另行申报',
    remedyEn: 'File anew for what changed afterwards',
  },
  refused: {
    reason: '海关已退单，没有可删除的单证',
    reasonEn: 'customs refused it and holds nothing to delete',
    remedy: '如需重新申报，请办理变更：以原编号重新发送',
    remedyEn: 'To file it again, change it: it goes again under its number',
  },
  deleted: {
    reason: '该单证已删除',
    reasonEn: 'it is deleted already',
    remedy: '如有需要，请另行申报',
    remedyEn: 'File another where one is needed',
  },
  summarised: {
    reason: '海关已返回汇总结果',
    reasonEn: 'customs has sent summary results',
    remedy: '请在报关单上办理修改或撤销',
    remedyEn: 'Correct or withdraw the customs declaration itself',
  },
  renumbered: {
    reason: '编号或责任主体与原单不同',
    reasonEn: 'its number or the party that answers for it differs',
    remedy: '保持原编号和责任主体；确需更换的，先删除原单再申报',
    remedyEn: 'Keep both; to use others, delete this one and file anew',
  },
  repartitioned: {
    reason: '变更后的拆分报文数与原单不同',
    reasonEn: 'the change would need another number of parts',
    remedy: '先删除原单，再重新申报',
    remedyEn: 'Delete this one and file anew',
  },
} as const;

/** L20 with the reason and what to do instead. */
export const obstacle = (kind: FilingKind, action: FilingAction, why: keyof typeof OBSTACLES): Fault =>
  makeFault('L20', 'id', {
    filing: kind.mapping.title.zh,
    filingEn: kind.mapping.title.en,
    action: ACTION[action].zh,
    actionEn: ACTION[action].en,
    ...OBSTACLES[why],
  });

export const wasRefused = (p: FilingPart) =>
  p.verdict === 'refused' || p.verdict === 'failed' || p.delivery === 'refused';

/** What stands in the way of changing or deleting a filing (L20); undefined when nothing does. */
export async function hindrance(
  db: Queryable,
  kind: FilingKind,
  action: FilingAction,
  parts: readonly FilingPart[],
): Promise<Fault | undefined> {
  const why = await whyNot(db, kind, action, parts);
  return why && obstacle(kind, action, why);
}

async function whyNot(
  db: Queryable,
  kind: FilingKind,
  action: FilingAction,
  parts: readonly FilingPart[],
): Promise<keyof typeof OBSTACLES | undefined> {
  if (
    parts.every((p) => p.app_type === '3' && !wasRefused(p)) ||
    parts.every((p) => !p.current && p.message_id === null)
  )
    return 'deleted';
  if (parts.every((p) => p.message_id === null)) return undefined;
  const refused = parts.every(wasRefused);
  if (refused) return action === 'change' ? undefined : 'refused';
  if (!kind.corrections.includes(ACTION[action].appType)) return 'unsupported';
  if (parts.some((p) => !wasRefused(p) && (p.verdict === 'none' || p.verdict === 'received')))
    return 'unanswered';
  if (kind.effect && parts.some((p) => p.accepted)) return 'granted';
  const { rows } = await db.query('select 1 from pushed_messages where document_id = any($1) limit 1', [
    parts.map((p) => p.id),
  ]);
  return rows.length > 0 ? 'summarised' : undefined;
}
