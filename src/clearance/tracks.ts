import { z } from 'zod';
import { tracks, type Track } from '../terms/track.js';
import { verdictSchema, type Verdict } from '../terms/verdict.js';

/** Where one track stands: its own verdict, the status that decides it and the authority's time of that. */
export interface TrackState {
  verdict: Verdict;
  status: string | null;
  statusTime: Date | null;
}

/** Tracks that have spoken; one that plays no part is left out. */
export type TrackStates = Readonly<Partial<Record<Track, TrackState>>>;

/** Tracks as the database keeps them (jsonb), times as ISO 8601 UTC. */
export const storedTracksSchema = z.partialRecord(
  z.enum(tracks),
  z.object({
    verdict: verdictSchema,
    status: z.string().nullable(),
    statusTime: z.iso.datetime().nullable(),
  }),
);

/** Tracks as text of that column; null while only customs has spoken. */
export const tracksText = (states: TrackStates | null): string | null => states && JSON.stringify(states);

/** Something a person has to look at: on whichever track, it is what the whole shows. */
const TROUBLE: readonly Verdict[] = ['refused', 'failed', 'sent-back', 'detained'];
const RELEASED: ReadonlySet<Verdict> = new Set(['released', 'cleared']);
/** A track that says one of these no longer holds up a release. */
const DONE: ReadonlySet<Verdict> = new Set(['none', 'accepted', 'reviewed', 'released', 'cleared']);

/**
 * The one rule that joins the tracks. Trouble on any track is the verdict of the whole, customs' first. Customs' release
 * counts only when inspection, where it plays a part, has nothing left to say; until then the whole stands where
 * inspection stands. Otherwise customs' word counts, and before customs has spoken that of inspection.
 */
export function joinTracks(states: Readonly<Partial<Record<Track, Pick<TrackState, 'verdict'>>>>): Verdict {
  const customs = states.customs?.verdict ?? 'none';
  const inspection = states.inspection?.verdict ?? 'none';
  if (TROUBLE.includes(customs)) return customs;
  if (TROUBLE.includes(inspection)) return inspection;
  if (RELEASED.has(customs) && !DONE.has(inspection)) return inspection;
  return customs === 'none' ? inspection : customs;
}
