import type { Fault } from '../base/fault.js';

/** What every helper is told when it starts. */
export interface HelperStart {
  /** The process it ends with. */
  gateway: number;
}

/** What a helper says beside the answers of its kind: that it can be asked, or that there is none. */
export type Told<Answer> =
  | Answer
  | { kind: 'ready' }
  | { kind: 'refused'; faults: readonly Fault[]; status: number }
  | { kind: 'broken'; reason: string };

/** An answer as it is sent, with the memory the helper held then, in bytes. */
export interface HelperMessage<Answer> {
  answer: Told<Answer>;
  heldBytes: number;
}
