import { dayOf } from '../base/clock.js';
import { FaultError, type Fault } from '../base/fault.js';
import { notFoundFault } from '../base/faults.js';
import { transitions, type ActionName, type Answer, type Standing } from '../corrections/transitions.js';
import type { Access } from '../enterprises/access.js';
import type { Queryable } from '../store/store.js';
import type { Delivery } from '../terms/delivery.js';
import type { Text } from '../terms/text.js';
import type { Verdict } from '../terms/verdict.js';
import type { Application } from './application.js';

/** A certificate with the newest revision of its application. */
export interface StoredCertificate {
  id: string;
  tenant_id: string;
  cert_no: string;
  type: string;
  status: string;
  exporter_code: string;
  replaces: string | null;
  root: string;
  cancelled_at: Date | null;
  document_id: string;
  revision: number;
  delivery: Delivery;
  verdict: Verdict;
  doc_status: string | null;
  status_time: Date | null;
  message_id: string | null;
  application: Application;
  /** A certificate that stands in for it was issued. */
  superseded: boolean;
}

/** The newest revision of the application of certificate `c`, as `d`. */
export const NEWEST = `join lateral (
  select * from documents x where x.filing_id = c.id order by x.revision desc limit 1) d on true`;

/** SQL: a certificate that stands in for `c` was issued. */
export const SUPERSEDED = `exists (select 1 from certificates n join documents a on a.filing_id = n.id and a.accepted
  where n.replaces = c.id and n.cancelled_at is null)`;

/** One certificate; undefined when none of `tenants` owns it. */
export async function certificateById(
  db: Queryable,
  tenants: readonly string[],
  id: string,
): Promise<StoredCertificate | undefined> {
  const { rows } = await db.query<StoredCertificate>(
    `select c.id, c.tenant_id, c.cert_no, c.type, c.status, c.exporter_code, c.replaces, c.root, c.cancelled_at,
            d.id as document_id, d.revision, d.delivery, d.verdict, d.status as doc_status, d.status_time, d.message_id,
            d.filing as application, ${SUPERSEDED} as superseded
       from certificates c ${NEWEST} where c.id = $1 and c.tenant_id = any($2)`,
    [id, tenants],
  );
  return rows[0];
}

/** The same; throws A03 (404). */
export async function demandCertificate(
  db: Queryable,
  { tenants }: { tenants: readonly string[] },
  id: string,
): Promise<StoredCertificate> {
  const found = await certificateById(db, tenants, id);
  if (!found) throw new FaultError([notFoundFault('原产地证书 / certificate of origin')], 404);
  return found;
}

const TITLE: Text = { zh: '原产地证书申请', en: 'application for a certificate of origin' };

/** What decides what may follow, in the words of the transition table. */
export const standingOf = (c: StoredCertificate): Standing => ({
  kind: 'certificate',
  delivery: c.delivery,
  verdict: c.verdict,
  status: c.doc_status,
  built: c.message_id !== null,
  appType: '1',
  current: !c.superseded,
  withdrawn: c.cancelled_at !== null,
  listed: false,
  held: c.verdict === 'accepted',
  numbered: false,
  expired: false,
  ieFlag: 'E',
  statisticsFlag: '',
});

/** Actions a certificate knows, in the order people see them. */
export const certificateActions = ['change', 'resubmit', 'resend', 'delete'] as const;
export type CertificateAction = (typeof certificateActions)[number];

export const answerFor = (certificate: StoredCertificate, action: ActionName): Answer =>
  transitions().answer(action, standingOf(certificate), TITLE, 'id');

/** What an action makes now. Throws the fault (409) that says why it is not possible. */
export function demandAction(certificate: StoredCertificate, action: CertificateAction) {
  const answer = answerFor(certificate, action);
  if (!answer.allowed) throw new FaultError([answer.reason], 409);
  return answer.make;
}

/** What may be done now; where it may not, why and what to do instead. */
export const answersFor = (
  certificate: StoredCertificate,
): { action: CertificateAction; allowed: boolean; reason?: Fault }[] =>
  certificateActions.map((action) => {
    const answer = answerFor(certificate, action);
    return answer.allowed ? { action, allowed: true } : { action, allowed: false, reason: answer.reason };
  });

/**
 * The issued certificate that another is to stand in for, and how that one names it. Throws A03 (404), or the fault (409)
 * of a certificate that is not issued.
 */
export async function standsFor(
  db: Queryable,
  access: Pick<Access, 'tenants'>,
  { id, reason }: { id: string; reason: string },
): Promise<{ root: string; type: string; replaced: NonNullable<Application['replaced']> }> {
  const old = await demandCertificate(db, access, id);
  const make = demandAction(old, 'change');
  if (make.what !== 'successor') throw new FaultError(refusedSuccessor(old), 409);
  return {
    root: old.root,
    type: old.type,
    replaced: {
      certNo: old.cert_no,
      reason,
      day: old.application.day,
      issuedOn: old.status_time ? dayOf(old.status_time) : '',
    },
  };
}

/** Of a certificate that is still to be sent the fault says that there is nothing to resubmit yet (T21). */
const refusedSuccessor = (certificate: StoredCertificate): Fault[] => {
  const answer = answerFor(certificate, 'resubmit');
  return answer.allowed ? [] : [answer.reason];
};
