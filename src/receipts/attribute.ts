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
  /** Where each attempt stands in the order of what left and arrived here (`store/ticks.ts`). */
  ticks: readonly number[];
  /** The port refused every attempt: it certainly did not reach customs. */
  refusedByPort: boolean;
}

/** A receipt of the key these revisions share. */
export interface Answer extends Stated {
  id: string;
  /** The document it names by itself, or was assigned to by a person. */
  answers: string | null;
  receivedAt: Date;
  /** Where its arrival stands in that order. */
  tick: number;
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

/**
 * Which document each receipt of one key answers. A function of all revisions that share the key, their attempts and all
 * receipts of the key: the order in which receipts arrived or were applied plays no part. A receipt that is left out of
 * the result could mean several documents, or none that ever left.
 *
 * 1. What a receipt names by itself (`answers`) decides.
 * 2. A receipt cannot answer a revision that was first attempted after the receipt had arrived: by the order of their
 *    ticks, not by our clock, which somebody may put back.
 * 3. Where several declarations share the key: the number customs gave (preNo, invtNo) that other receipts of one of them
 *    carry; else the time, when they began far apart; else nothing decides.
 * 4. Among the revisions of one document: the latest one attempted when customs spoke. What customs says after it refused
 *    a revision answers the next one, even when its clock runs a little behind ours; a change or deletion that failed
 *    leaves the revision before it in force, and what follows is about that. A receipt without a time was said when it
 *    arrived.
 */
export function attribute(
  revisions: readonly Revision[],
  answers: readonly Answer[],
  statuses: Statuses,
): Map<string, Attribution> {
  const chains = [...groupBy(revisions, (r) => r.chain).values()]
    .map((chain) => attempted(chain))
    .filter((chain) => chain.length > 0)
    .sort((a, b) => beginTick(a) - beginTick(b));
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

/** By our clock, to be compared with customs'. */
const beginOf = (chain: Chain): number => firstOf(chain[0]);
const firstOf = (r: Revision | undefined): number => r?.attempts[0]?.getTime() ?? Infinity;
const beginTick = (chain: Chain): number => firstTick(chain[0]);
const firstTick = (r: Revision | undefined): number => r?.ticks[0] ?? Infinity;

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
  const begun = chains.filter((c) => beginTick(c) < answer.tick);
  const [only] = chains;
  if (begun.length > 0 || chains.length !== 1 || !only) return begun;
  const said = (answer.time ?? answer.receivedAt).getTime();
  return (only[0]?.createdAt.getTime() ?? Infinity) - CLOCK_SKEW <= said ? [only] : [];
}

/** The latest chain that had begun when customs spoke, unless the one before it began shortly before. */
function chainAt(chains: readonly Chain[], { time }: Answer): Chain | undefined {
  if (!time) return undefined;
  const at = chains.findLastIndex((c) => beginOf(c) - CLOCK_SKEW <= time.getTime());
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

/** Walks the answers of one document in the order they were said; what was said at one moment is looked at together. */
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
  for (const together of momentsOf(answers)) {
    const heard = together.map((answer) => {
      const named = answer.answers ?? undefined;
      const documentId = named ?? revisionAt(chain, answer, isOver)?.id ?? '';
      const tries = chain.find((r) => r.id === documentId)?.ticks ?? [];
      const repeated = tries.filter((tick) => tick < answer.tick).length > 1;
      const notice = repeated && statuses.isDuplicate(answer.status, answer.info);
      result.set(answer.id, { documentId, notice });
      return { answer, documentId, notice };
    });
    for (const { answer, documentId, notice } of heard)
      if (!notice) last.set(documentId, statuses.deciding(last.get(documentId), answer));
  }
}

/** Answers by customs' time; one without a time comes after all that customs had said before it arrived. */
function momentsOf(answers: readonly Answer[]): Answer[][] {
  let latest = -Infinity;
  const placed = [...answers]
    .sort((a, b) => a.tick - b.tick || Number(b.time !== undefined) - Number(a.time !== undefined))
    .map((answer) => {
      const said = answer.time?.getTime();
      latest = Math.max(latest, said ?? -Infinity);
      return { answer, time: said ?? latest, tick: said === undefined ? answer.tick : -Infinity };
    });
  return [...groupBy(placed, (p) => `${p.time} ${p.tick}`).values()]
    .sort(([a], [b]) => order(a?.time, b?.time) || order(a?.tick, b?.tick))
    .map((moment) => moment.map((p) => p.answer));
}

const order = (a = 0, b = 0): number => (a < b ? -1 : a > b ? 1 : 0);

function revisionAt(
  chain: Chain,
  answer: Answer,
  isOver: (r: Revision | undefined) => boolean,
): Revision | undefined {
  const known = chain.filter((r, i) => i === 0 || firstTick(r) < answer.tick);
  const at = answer.time?.getTime() ?? Infinity;
  let i = Math.max(
    0,
    known.findLastIndex((r) => firstOf(r) <= at),
  );
  while (i + 1 < known.length && isOver(known[i]) && firstOf(known[i + 1]) <= at + CLOCK_SKEW) i++;
  while (i > 0 && known[i]?.appType !== '1' && isOver(known[i])) i--;
  return known[i];
}
