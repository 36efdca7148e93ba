import type { z } from 'zod';
import type { Fault } from '../base/fault.js';
import type { FieldDictionary } from '../orders/fields.js';
import type { Order } from '../orders/order.js';
import { withoutPersonalFields } from '../orders/personal.js';
import type { Role } from '../terms/role.js';
import type { documentSchema, timelineEntrySchema } from './shapes.js';

/**
 * What those see who may not see persons (officers): figures and what they rest on. Fields that name a person, whatever
 * people or customs wrote freely, and who of an enterprise did something are left out; status, code and time stay.
 */

type Entry = z.output<typeof timelineEntrySchema>;
type Document = z.output<typeof documentSchema>;

/** Fields of orders and messages that hold what somebody wrote freely. */
const isFreeText = (path: string): boolean => /(^|[.\]])(note|reason|remark)$/i.test(path);

/** A copy of an order without personal fields, drafts of forms and whatever people wrote freely. */
export function orderWithoutPeople(order: Order, dictionary: FieldDictionary): Order {
  const copy = withoutPersonalFields(order, dictionary);
  // Drafts of forms name operators and contacts.
  delete copy.declaration;
  delete copy.application;
  for (const part of [copy, ...Object.values(copy).flat()] as unknown[])
    if (typeof part === 'object' && part !== null)
      for (const name of Object.keys(part))
        if (isFreeText(name)) delete (part as Record<string, unknown>)[name];
  return copy;
}

/** The details of a signed message are its numbers, those of a delivery begin with the number of the attempt. */
function detailOf({ kind, detail }: Entry): string | null {
  if (kind === 'signed') return detail;
  return kind === 'attempt' ? (/^#\d+/.exec(detail ?? '')?.[0] ?? null) : null;
}

/** A document without who declared it elsewhere, and what they wrote; that and when it was stays. */
export const documentWithoutPeople = (document: Document): Document => ({
  ...document,
  elsewhere: document.elsewhere && { ...document.elsewhere, by: '', note: '' },
  // What could not be written may be what a person is called.
  givenUp: document.givenUp && { ...document.givenUp, reason: null },
});

export const entryWithoutPeople = (entry: Entry): Entry => ({
  ...entry,
  bytes: null,
  detail: detailOf(entry),
  changes:
    entry.changes &&
    entry.changes.map((change) =>
      change.personal || isFreeText(change.path) ? { ...change, before: null, after: null } : change,
    ),
});

/** A notice without the value it is about, and without who took note of it. */
export function noticeWithoutPeople<
  T extends {
    notice: Omit<Fault, 'severity'> & Partial<Pick<Fault, 'severity'>>;
    acknowledgedBy: string | null;
    note: string | null;
  },
>(notice: T): T {
  const { hint: _value, ...fault } = notice.notice;
  return { ...notice, notice: fault, acknowledgedBy: null, note: null };
}

type Leaf = string | number | null;
type Data = Record<string, Leaf | Record<string, Leaf>[]>;

/** The data of a filing without the fields its kind marks as personal and without free texts, in its lines, too. */
export function dataWithoutPeople(data: Data, personal: readonly string[]): Data {
  const shown = ([name]: [string, unknown]) => !personal.includes(name) && !isFreeText(name);
  return Object.fromEntries(
    Object.entries(data)
      .filter(shown)
      .map(([name, value]) => [
        name,
        Array.isArray(value)
          ? value.map((line) => Object.fromEntries(Object.entries(line).filter(shown)))
          : value,
      ]),
  );
}

/** Who did something, and what they wrote of it, in answers of any shape. */
const STAFF = new Set([
  'recordedBy',
  'changedBy',
  'withdrawnBy',
  'importedBy',
  'uploadedBy',
  'createdBy',
  'closedBy',
  'arrivedBy',
  'withdrawnWhy',
  'resultNote',
  'note',
]);

/** An answer without the names of staff and without what they wrote: empty, or null where it was null. */
export function withoutStaff<T>(answer: T): T {
  if (Array.isArray(answer)) return answer.map(withoutStaff) as T;
  if (typeof answer !== 'object' || answer === null || Object.getPrototypeOf(answer) !== Object.prototype)
    return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name,
      STAFF.has(name) && typeof value === 'string' ? '' : withoutStaff<unknown>(value),
    ]),
  ) as T;
}

/** What those of a committee are shown of what sellers and brokers recorded. */
export const asSellersTell = <T>({ role }: { role: Role }, answer: T): T =>
  role === 'officer' ? withoutStaff(answer) : answer;

/** What sellers and brokers are shown of what a committee recorded. */
export const asCommitteesTell = <T>({ role }: { role: Role }, answer: T): T =>
  role === 'seller' || role === 'broker' ? withoutStaff(answer) : answer;
