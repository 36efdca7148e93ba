import type { Books } from './books.js';
import type { SandboxData } from './data.js';
import type { SandboxDocument } from './documents.js';
import type { Entry } from './entry.js';
import { exportRules } from './exportRules.js';
import { importRules } from './importRules.js';

/** Why a document is not taken: a verdict of `mappings/sandbox/verdicts.json` and what fills the places in its text. */
export interface Problem {
  id: string;
  params?: Record<string, string>;
}

/** What a rule may look at: the books as they are at the moment of acceptance. */
export interface Desk {
  books: Books;
  data: SandboxData;
  at: Date;
}

/** A message the port sends by itself, after the receipts of the document it follows from. */
export interface Push {
  root: string;
  /** Milliseconds between the last receipt's returnTime and this one's. */
  afterMs: number;
  /** The business node; `guid` and `returnTime` are given by the planner. */
  xml: (prefix: string, guid: string, returnTime: string) => string;
  /** Moment (epoch ms) from which it is no longer sent; undefined: it always is. */
  until?: () => number | undefined;
}

/** What one message needs besides its data. Every part is optional: most documents are only taken and answered. */
export interface Rule {
  /** The reason against a document that may be declared by its key. */
  check?(desk: Desk, document: SandboxDocument): Problem | undefined;
  /** Books what follows from a document that was taken. */
  taken?(desk: Desk, document: SandboxDocument, entry: Entry): void;
  /** What the port sends besides receipts once all `parts` of the document are there (one, unless it is split). */
  pushes?(desk: Desk, parts: readonly Entry[]): Push[];
}

const rules: Readonly<Record<string, Rule>> = { ...exportRules, ...importRules };

/** The rule of a name in `messages.json`; throws when there is none. */
export function ruleOf(name: string | undefined): Rule {
  if (name === undefined) return {};
  const rule = rules[name];
  if (!rule) throw new Error(`messages.json names the rule ${name}, which does not exist`);
  return rule;
}
