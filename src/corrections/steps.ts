import { bySeverity, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { allFindings } from '../checks/findings.js';
import type { MessageMapping } from '../messages/mapping.js';
import type { Order } from '../orders/order.js';
import { planDocuments, type PlannedDocument } from '../declarations/plan.js';
import { applyChanges, labelOf, type Changes, type FieldChange } from './changes.js';
import type { CorrectionContext } from './context.js';
import { compareMessages, type MessageFieldChange } from './messageFields.js';
import type { DeclarationState, DocumentState } from './standing.js';
import { isDeclared, transitions } from './transitions.js';

/** `correct` touches what differs; `resubmit` also declares again what was refused, failed or deleted. */
export type CorrectionMode = 'correct' | 'resubmit';

export interface Correction {
  changes: Changes;
  reason: string;
  /** The order revision the caller saw; a later one makes T01. */
  revision?: number | undefined;
}

/** What happens to one document. `rewrite`: not sent yet, changes in place. `elsewhere`: its party has to change it. */
export interface Step {
  document: DocumentState;
  action: 'rewrite' | 'elsewhere' | 'change' | 'resubmit';
  appType: string;
  planned: PlannedDocument;
  fields: MessageFieldChange[];
}

export interface CorrectionPlan {
  state: DeclarationState;
  body: Order;
  changes: FieldChange[];
  /** For each line of `body` which line of the order it was before; null for a new one. */
  origins: readonly (number | null)[];
  /** Every document of the order as it will stand, those that stay as they are included. */
  planned: readonly PlannedDocument[];
  steps: Step[];
  /** Faults of the order's content. */
  faults: Fault[];
  /** What is doubtful in it and refuses nothing. */
  notices: Fault[];
  /** Why documents cannot follow (T faults): the request is in conflict with where they stand. */
  conflicts: Fault[];
}

/**
 * Works out a correction without storing anything: the order as it will stand, all its faults, and for each document
 * whose message differs what becomes of it. Pure but for the clock and random numbers of new documents.
 */
export function planCorrection(
  state: DeclarationState,
  correction: Correction,
  mode: CorrectionMode,
  context: CorrectionContext,
): CorrectionPlan {
  const conflicts: Fault[] = [];
  if (correction.revision !== undefined && correction.revision !== state.revision)
    conflicts.push(makeFault('T01', 'revision', { revision: String(state.revision) }));
  const applied = applyChanges(state.body, correction.changes, context.reading);
  const again = (d: DocumentState) => transitions().answer('resubmit', d.standing, d.title);
  if (mode === 'correct' && applied.changes.length === 0 && applied.faults.length === 0)
    conflicts.push(makeFault('T04', 'changes'));
  if (mode === 'resubmit' && !state.documents.some((d) => again(d).allowed))
    conflicts.push(makeFault('T06', 'id'));

  const copNo = applied.body.list.copNo ?? state.copNo;
  const targets = state.documents.flatMap((document) => {
    const answer = again(document);
    const message = messageOf(document, answer.allowed && answer.make.what === 'revision', context);
    return message ? [{ document, message }] : [];
  });
  const planned = planDocuments(
    { ...applied.body, list: { ...applied.body.list, copNo } },
    targets.map(({ document, message }) => ({
      mapping: message.mapping,
      after: document.goesAfter,
      ...context.planOfMessage(document.messageType),
    })),
    context.signers,
    context.clock.now(),
  );
  const steps = planned.flatMap((target): Step[] => {
    const its = targets.find((t) => t.document.messageType === target.messageType);
    if (!its) return [];
    const { document, message } = its;
    const before = { order: state.body, copNo: document.copNo };
    const fields = written(() => compareMessages(message, before, { order: applied.body, copNo }));
    if (document.elsewhere)
      return fields.length > 0
        ? [{ document, action: 'elsewhere', appType: '1', planned: target, fields }]
        : [];
    const resubmit = again(document);
    if (fields.length === 0 && !(mode === 'resubmit' && resubmit.allowed)) return [];
    const answer = resubmit.allowed
      ? resubmit
      : transitions().answer(
          'change',
          document.standing,
          document.title,
          `documents.${document.messageType}`,
        );
    if (!answer.allowed) {
      conflicts.push(answer.reason);
      return [];
    }
    const { make } = answer;
    const rewrite = make.what === 'rewrite';
    const appType = make.what === 'revision' ? make.appType : document.appType;
    // Customs finds the document to change by its key.
    if (appType === '2' && target.key !== document.key)
      conflicts.push(...keyFaults(document, target.key, message.mapping, context));
    const action = rewrite ? 'rewrite' : resubmit.allowed ? 'resubmit' : 'change';
    return [{ document, action, appType, planned: target, fields }];
  });
  const messages = targets.map((t) => t.message);
  const checked = applied.changes.length > 0 || steps.some((s) => needsCheck(s, state, context));
  const acceptedOn = steps.some(isListAnew) ? undefined : state.acceptedOn;
  const faults = allFindings(
    applied.faults,
    checked ? context.check(applied.body, { acceptedOn, messages }) : [],
  );
  // What cannot be corrected at all need not be said twice.
  const found = bySeverity(faults);
  const inWay = conflicts.filter((c) => !found.faults.some((f) => f.path === c.path));
  const { body, changes, origins } = applied;
  found.notices.push(...leftOut(state, body, context));
  return { state, body, changes, origins, planned, steps, ...found, conflicts: inWay };
}

/**
 * T10 for each document whose data came only with a correction: it is not declared afterwards. Of an order that would now need
 * a 报关单 the checks say so as a whole (R107), not its documents one by one.
 */
function leftOut(
  state: DeclarationState,
  body: Order,
  { messagesOf, catalogue }: CorrectionContext,
): Fault[] {
  const planned = new Set([...state.documents.map((d) => d.messageType), ...messagesOf(state.body)]);
  const added = messagesOf(body).filter((message) => !planned.has(message));
  if (added.some((message) => catalogue.message(message)?.document === 'declaration')) return [];
  return added.map((message) => {
    const mapping = catalogue.message(message);
    const title = mapping?.title ?? { zh: message, en: message };
    return makeFault('T10', mapping?.document ?? '', { title: title.zh, titleEn: title.en });
  });
}

/**
 * What a document is written as: one that is declared anew in the edition in force, any other in the edition it was
 * accepted with, because customs compares a change with what it holds.
 */
const messageOf = (document: DocumentState, anew: boolean, { messages }: CorrectionContext) =>
  messages.get(document.messageType, anew ? undefined : (document.edition ?? undefined));

/** A list that customs refused and that is declared again is a new declaration, under the regime in force. */
const isListAnew = ({ action, document }: Step): boolean =>
  action === 'resubmit' && isDeclared(document.standing);

/** What goes again unchanged passed its checks once; not so in another edition, or under a regime that ended. */
const needsCheck = (step: Step, { regime, ieFlag }: DeclarationState, context: CorrectionContext): boolean =>
  (step.document.edition !== null && step.planned.edition !== step.document.edition) ||
  (isListAnew(step) && !context.isOffered(regime, ieFlag));

/** An order with faults may hold values that cannot be written; its faults say so. */
function written(compare: () => MessageFieldChange[]): MessageFieldChange[] {
  try {
    return compare();
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** T05 for each key field that would change. */
function keyFaults(
  document: DocumentState,
  key: string,
  mapping: MessageMapping,
  context: CorrectionContext,
): Fault[] {
  const [before, after] = [document.key.split('|'), key.split('|')];
  const from = new Map(
    mapping.root
      .flatMap((n) => [n, ...(n.children ?? [])])
      .flatMap((n) => (n.fields ?? []).map((f) => [f.name, f.from])),
  );
  return (mapping.key ?? []).flatMap((name, i) => {
    if (before[i] === after[i]) return [];
    const path =
      [from.get(name)]
        .flat()[0]
        ?.replace(/^order\./, '')
        .replace('document.copNo', 'list.copNo') ?? name;
    const label = labelOf(path, context.reading.fields);
    return [
      makeFault('T05', path, { field: label.zh, title: document.title.zh, titleEn: document.title.en }),
    ];
  });
}
