/**
 * The numbers of all advisory locks, each for one purpose: those who take one number wait for each other, so two purposes never
 * share one. A number in use is never given another meaning, for programs of two versions may stand side by side.
 *
 * Beside these single numbers there are locks of names: two numbers (`LOCK_CLASS` and the hash of the name), or the hash of a
 * name that says what it is of (64 bits: registry, warehouse facts, settlements, tax records).
 */
export const LOCK = {
  /** One process brings the schema up to date. */
  migration: 7_236_409_001,
  /** Moments at which figures are read, against what is being recorded: taken in SQL (migrations 0030 and 0248) only. */
  countingMoment: 7_236_409_002,
  /** One process adds batches of counted records to the sums. */
  folding: 7_236_409_003,
  /** One process freezes the monthly report. */
  monthlyReport: 7_236_409_004,
  /** Historical files are taken in while nothing is counted. */
  history: 7_236_409_005,
  /**
   * One process at a time looks whether the operator has a user, and makes the link for the first. Programs of before took the
   * number of counting moments for it: two versions that both start for the very first time at one instant give two links.
   */
  firstUser: 7_236_409_006,
  /** One process moves notes into the audit chain. */
  sealing: 7_236_409_010,
  /** One process makes a root of the audit chain. */
  rootMaking: 7_236_409_011,
  /** Held by every process at work, shared; a migration that does more than add takes it alone. */
  atWork: 7_236_409_020,
} as const;

/** First number of locks of names; the second is the hash of the name. */
export const LOCK_CLASS = {
  /** A buyer, whose purchases of a year are added up. */
  buyer: 7_236,
  /** A message type and document key that is about to be sent. */
  documentKey: 7_237,
  /** A key that counts refusals, by its name: while a process asks it for the first time. */
  firstUse: 7_238,
  /** A number that a counterpart gives a document, by its kind and value: between naming a document by it and learning it. */
  number: 7_239,
} as const;
