import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';

/** What a field fault was made from, so that the same fault of several messages can become one. */
interface Finding {
  params: Readonly<Record<string, string>>;
  /** Chinese titles and names of the messages that object. */
  documents: readonly string[];
  messages: readonly string[];
  /** The smaller, the stricter; findings without a limit are alike. */
  limit: number;
  hint?: string;
}

/** Kept beside the faults rather than in them: a fault travels to people and files, these do not. */
const findings = new WeakMap<Fault, Finding>();

/** A fault of one element; what was found stays with it, so that several messages can speak of it as one. */
export function makeFieldFault(code: string, path: string, finding: Finding): Fault {
  const params = {
    ...finding.params,
    document: finding.documents.join('、'),
    message: finding.messages.join(', '),
  };
  const fault = makeFault(code, path, params, finding.hint);
  findings.set(fault, finding);
  return fault;
}

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];

/**
 * Makes one fault of those that name the same place for the same reason, as happens when an order field goes into
 * several messages. The fault that stays names all of them and has the strictest limit. Order is kept; faults that
 * are not field faults pass, each once per code and path.
 */
export function mergeFaults(faults: readonly Fault[]): Fault[] {
  const merged = new Map<string, Fault>();
  for (const fault of faults) {
    const key = `${fault.code} ${fault.path}`;
    const first = merged.get(key);
    merged.set(key, first ? mergeTwo(first, fault) : fault);
  }
  return [...merged.values()];
}

function mergeTwo(first: Fault, second: Fault): Fault {
  const a = findings.get(first);
  const b = findings.get(second);
  if (!a || !b) return first;
  return makeFieldFault(first.code, first.path, {
    ...(b.limit < a.limit ? b : a),
    documents: union(a.documents, b.documents),
    messages: union(a.messages, b.messages),
  });
}
