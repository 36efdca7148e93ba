import type { Acceptance } from '../messages/families/family.js';
import type { StatusMeaning, StatusTable } from '../messages/families/statusTable.js';
import type { Track } from '../terms/track.js';
import type { Verdict } from '../terms/verdict.js';
import { joinTracks, type TrackState, type TrackStates } from './tracks.js';

/** One receipt as far as the state of a document is concerned. */
export interface Stated {
  status: string;
  /** customs' own time; the arrival plays no part */
  time: Date | undefined;
  infoCode: string | undefined;
  preNo: string | undefined;
  invtNo: string | undefined;
}

export interface ClearanceState {
  verdict: Verdict;
  status: string | null;
  statusTime: Date | null;
  infoCode: string | null;
  preNo: string | null;
  invtNo: string | null;
  /** 放行, or 结关 when that came without one: the moment from which the list counts. */
  releasedAt: Date | null;
  /** 结关 */
  clearedAt: Date | null;
  /** Customs took the document in, so that a document which refers to it may follow. */
  accepted: boolean;
  /** Where each track stands, once another than customs has spoken. */
  tracks: TrackStates | null;
}

/** The state that a set of receipts makes, by what their family says of them. */
export class Statuses {
  constructor(private readonly table: StatusTable) {}

  meaning(status: string): StatusMeaning {
    return this.table.meaning(status);
  }

  isDuplicate(status: string, info: string): boolean {
    return this.table.isDuplicate(status, info);
  }

  /** Of two receipts of one document the one that decides its verdict; `a` undefined means there is none yet. */
  deciding(a: Stated | undefined, b: Stated): Stated {
    return a && this.table.overrules(a, b) ? a : b;
  }

  /**
   * The state made by all receipts of one document: of each track the receipt that overrules the others, joined by the
   * one rule; the same for any order of arrival and any repetition.
   */
  stateOf(receipts: readonly Stated[], acceptance: Acceptance | undefined): ClearanceState {
    const deciding = new Map<Track, Stated>();
    let preNo: string | null = null;
    let invtNo: string | null = null;
    let released: Date | undefined;
    let cleared: Date | undefined;
    let accepted = false;
    for (const receipt of receipts) {
      const { track, verdict } = this.meaning(receipt.status);
      deciding.set(track, this.deciding(deciding.get(track), receipt));
      // Numbers never change once given; the greatest makes the choice independent of the arrival.
      if (receipt.preNo && (preNo === null || receipt.preNo > preNo)) preNo = receipt.preNo;
      if (receipt.invtNo && (invtNo === null || receipt.invtNo > invtNo)) invtNo = receipt.invtNo;
      if (verdict === 'released') released = earlier(released, receipt.time);
      if (verdict === 'cleared') cleared = earlier(cleared, receipt.time);
      if (acceptance?.statuses?.includes(receipt.status) || acceptance?.verdicts?.includes(verdict))
        accepted = true;
    }
    const tracks: TrackStates = Object.fromEntries(
      [...deciding].map(([track, receipt]) => [track, this.trackState(receipt)]),
    );
    const verdict = joinTracks(tracks);
    const shown = deciding.get(trackShown(tracks, verdict));
    // Goods are released when customs says so and inspection no longer holds them back.
    const isGone = [...deciding.values()].some((receipt) => this.meaning(receipt.status).voids);
    const isOut = !isGone && (!tracks.inspection || verdict === 'released' || verdict === 'cleared');
    return {
      verdict,
      status: shown?.status ?? null,
      statusTime: shown?.time ?? null,
      infoCode: shown?.infoCode ?? null,
      preNo,
      invtNo,
      releasedAt: (isOut && (released ?? cleared)) || null,
      clearedAt: (isOut && cleared) || null,
      accepted: accepted && verdict !== 'refused' && verdict !== 'failed',
      tracks: deciding.size > 0 && !(deciding.size === 1 && deciding.has('customs')) ? tracks : null,
    };
  }

  private trackState(receipt: Stated): TrackState {
    return {
      verdict: this.meaning(receipt.status).verdict,
      status: receipt.status,
      statusTime: receipt.time ?? null,
    };
  }
}

/** The track whose status the whole shows: the one its verdict is of, customs' first. */
const trackShown = (states: TrackStates, verdict: Verdict): Track =>
  states.customs && (states.customs.verdict === verdict || !states.inspection) ? 'customs' : 'inspection';

const earlier = (a: Date | undefined, b: Date | undefined): Date | undefined =>
  !a ? b : !b || a <= b ? a : b;
