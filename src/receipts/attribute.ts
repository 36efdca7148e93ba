import { groupBy } from '../base/collections.js';
import type { Stated, Statuses } from '../clearance/state.js';

/** A revision of a document as far as telling its receipts from those of the others is concerned. */
export interface Revision {
  id: string;
  /** One for all revisions of one document of one declaration (or one part of one filing). */
  chain: string;
  revision: number;
  appType: string;
  createdAt: Date;
  /** When each attempt to send it began, the first one first; empty for a revision that never left. */
  attempts: readonly Date[];
  /** The port refused every attempt: it certainly did not reach customs. */
  refusedByPort: boolean;
}

/** A receipt of the key these revisions share. */
export interface Answer extends Stated {
  id: string;
  /** The document it names by itself, or was assigned to by a person. */
  answers: string | null;
  receivedAt: Date;
  info: string;
}

/** What an answer turned out to be about. */
export interface Attribution {
  documentId: string;
  /** "I have this already" after a repeated attempt: news about delivery, no verdict. */
  notice: boolean;
}

const MINUTE = 60_000;
/** How far customs' clock may run behind ours. */
const CLOCK_SKEW = 10 * MINUTE;
/** Two documents of one number that began further apart than this are told apart by time alone. */
const FAR_APART = 30 * 24 * 60 * MINUTE;
/** Customs' clock does not run ahead by so much: ours was put back. */
const PUT_BACK = 24 * 60 * MINUTE;

/**
 * Which document each receipt of one key answers. A function of all revisions that share the key, their attempts and all
 * receipts of the key: the order in which receipts arrived or were applied plays no part. A receipt that is left out of
 * the result could mean several documents, or none that ever left.
 *
 * 1. What a receipt names by itself (`answers`) decides.
 * 2. A receipt cannot answer a revision that was first attempted after the receipt had arrived.
 * 3. Where several declarations share the key: the number customs gave (preNo, invtNo) that other receipts of one of them
 *    carry; else the time, when they began far apart; else nothing decides.
 * 4. Among the revisions of one document: the latest one attempted when customs spoke. What customs says after it refused
 *    a revision answers the next one, even when its clock runs a little behind ours; a change or deletion that failed
 *    leaves the revision before it in force, and what follows is about that.
 */
export function attribute(
  revisions: readonly Revision[],
  answers: readonly Answer[],
  statuses: Statuses,
): Map<string, Attribution> {
  const chains = [...groupBy(revisions, (r) => r.chain).values()]
    .map((chain) => attempted(chain))
    .filter((chain) => chain.length > 0)
    .sort((a, b) => beginOf(a) - beginOf(b));
  const chosen = chooseChains(chains, revisions, answers);
  const result = new Map<string, Attribution>();
  for (const [chain, own] of chosen) answerRevisions(chain, own, statuses, result);
  return result;
}

type Chain = readonly Revision[];

/** The revisions that left, in their order; one the port refused only where it is the only one that could be meant. */
function attempted(chain: Chain): Chain {
  const left = chain.filter((r) => r.attempts.length > 0).sort((a, b) => a.revision - b.revision);
  const taken = left.filter((r) => !r.refusedByPort);
  return taken.length > 0 ? taken : left.slice(-1);
}

const beginOf = (chain: Chain): number => firstOf(chain[0]);
const firstOf = (r: Revision | undefined): number => r?.attempts[0]?.getTime() ?? Infinity;

/**
 * When a receipt arrived. By our clock that may be before the chain began, because it was put back meanwhile: customs, which
 * speaks of a time days later, is believed instead.
 */
function arrivedAt({ time, receivedAt }: Answer, chain: Chain): number {
  const arrived = receivedAt.getTime();
  const said = time?.getTime() ?? arrived;
  const putBack =
    beginOf(chain) > arrived && said - arrived > PUT_BACK && said >= beginOf(chain) - CLOCK_SKEW;
  return putBack ? said : arrived;
}
/** Customs' time; what arrived before that time was said by a clock that runs ahead. */
const saidAt = (a: Answer): number => Math.min(a.time?.getTime() ?? Infinity, a.receivedAt.getTime());

/** The answers of each chain. What names a revision that is none of the attempted stands with it all the same. */
function chooseChains(
  chains: readonly Chain[],
  revisions: readonly Revision[],
  answers: readonly Answer[],
): Map<Chain, Answer[]> {
  const chainOf = new Map<string, Chain>();
  const byName = new Map(revisions.map((r) => [r.id, r]));
  const named = (a: Answer): Chain | undefined => {
    const revision = a.answers === null ? undefined : byName.get(a.answers);
    return revision && (chains.find((c) => c[0]?.chain === revision.chain) ?? [revision]);
  };
  const alone = new Map<string, Chain>();
  const open: { answer: Answer; possible: Chain[] }[] = [];
  for (const answer of answers) {
    const own = named(answer);
    if (own) {
      // One array for one chain, also for a chain that never left.
      const key = own[0]?.chain ?? '';
      const same = alone.get(key) ?? own;
      alone.set(key, same);
      chainOf.set(answer.id, same);
      continue;
    }
    const possible = possibleChains(chains, answer);
    if (possible.length === 1 && possible[0]) chainOf.set(answer.id, possible[0]);
    else if (possible.length > 1) open.push({ answer, possible });
  }
  for (const { answer, possible } of open) {
    const byTime = chainAt(possible, answer);
    if (byTime) chainOf.set(answer.id, byTime);
  }
  byNumbers(open, answers, chainOf);
  const chosen = new Map<Chain, Answer[]>();
  for (const answer of answers) {
    const chain = chainOf.get(answer.id);
    if (!chain) continue;
    const own = chosen.get(chain);
    if (own) own.push(answer);
    else chosen.set(chain, [answer]);
  }
  return chosen;
}

/** The chains that had begun when the receipt arrived; before any, the only one, when it existed as customs spoke. */
function possibleChains(chains: readonly Chain[], answer: Answer): Chain[] {
  const begun = chains.filter((c) => beginOf(c) <= arrivedAt(answer, c));
  const [only] = chains;
  if (begun.length > 0 || chains.length !== 1 || !only) return begun;
  const existed = (only[0]?.createdAt.getTime() ?? Infinity) - CLOCK_SKEW <= saidAt(answer);
  return existed ? [only] : [];
}

/** The latest chain that had begun when customs spoke, unless the one before it began shortly before. */
function chainAt(chains: readonly Chain[], answer: Answer): Chain | undefined {
  if (!answer.time) return undefined;
  const at = chains.findLastIndex((c) => beginOf(c) - CLOCK_SKEW <= saidAt(answer));
  if (at <= 0) return chains[0];
  const [before, chain] = [chains[at - 1], chains[at]];
  return before && chain && beginOf(chain) - beginOf(before) >= FAR_APART ? chain : undefined;
}

/** Answers that time does not decide follow the numbers that the decided ones of exactly one chain carry. */
function byNumbers(
  open: readonly { answer: Answer; possible: readonly Chain[] }[],
  answers: readonly Answer[],
  chainOf: Map<string, Chain>,
): void {
  for (let before = -1; before !== chainOf.size;) {
    before = chainOf.size;
    const holders = new Map<string, Set<Chain>>();
    for (const answer of answers) {
      const chain = chainOf.get(answer.id);
      if (chain) for (const n of numbersOf(answer)) holders.set(n, (holders.get(n) ?? new Set()).add(chain));
    }
    const found = open.flatMap(({ answer, possible }) => {
      if (chainOf.has(answer.id)) return [];
      const meant = new Set(numbersOf(answer).flatMap((n) => [...(holders.get(n) ?? [])]));
      const [chain] = meant;
      return meant.size === 1 && chain && possible.includes(chain) ? [[answer.id, chain] as const] : [];
    });
    for (const [id, chain] of found) chainOf.set(id, chain);
  }
}

const numbersOf = (a: Answer): string[] => [
  ...(a.preNo ? [`pre ${a.preNo}`] : []),
  ...(a.invtNo ? [`invt ${a.invtNo}`] : []),
];

/** Walks the answers of one document by customs' time; what was said at one moment is looked at together. */
function answerRevisions(
  chain: Chain,
  answers: readonly Answer[],
  statuses: Statuses,
  result: Map<string, Attribution>,
): void {
  const last = new Map<string, Stated>();
  const isOver = (r: Revision | undefined): boolean => {
    const said = r && last.get(r.id);
    const verdict = said && statuses.meaning(said.status).verdict;
    return verdict === 'refused' || verdict === 'failed';
  };
  const moments = [...groupBy(answers, (a) => String(saidAt(a)))].sort(([a], [b]) => Number(a) - Number(b));
  for (const [, together] of moments) {
    const heard = together.map((answer) => {
      const named = answer.answers ?? undefined;
      const documentId = named ?? revisionAt(chain, answer, isOver)?.id ?? '';
      const tries = chain.find((r) => r.id === documentId)?.attempts ?? [];
      const repeated = tries.filter((at) => at.getTime() <= arrivedAt(answer, chain)).length > 1;
      const notice = repeated && statuses.isDuplicate(answer.status, answer.info);
      result.set(answer.id, { documentId, notice });
      return { answer, documentId, notice };
    });
    for (const { answer, documentId, notice } of heard)
      if (!notice) last.set(documentId, statuses.deciding(last.get(documentId), answer));
  }
}

function revisionAt(
  chain: Chain,
  answer: Answer,
  isOver: (r: Revision | undefined) => boolean,
): Revision | undefined {
  const arrived = arrivedAt(answer, chain);
  const known = chain.filter((r, i) => i === 0 || firstOf(r) <= arrived);
  const at = Math.min(answer.time?.getTime() ?? Infinity, arrived);
  let i = Math.max(
    0,
    known.findLastIndex((r) => firstOf(r) <= at),
  );
  while (isOver(known[i]) && firstOf(known[i + 1]) <= at + CLOCK_SKEW) i++;
  while (i > 0 && known[i]?.appType !== '1' && isOver(known[i])) i--;
  return known[i];
}
