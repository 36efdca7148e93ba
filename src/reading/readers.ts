import { Helpers } from '../apart/helpers.js';
import type { Answer, Question, ReaderFolders } from './questions.js';

/** Memory with which a reader is worth keeping for the next job: what program and rulebook take, and two thirds more. */
const KEPT_BYTES = 160 << 20;

/** The readers of a gateway. */
export class Readers extends Helpers<Question, Answer> {
  constructor(folders: ReaderFolders = {}) {
    super({
      program: new URL('./program.js', import.meta.url),
      start: { ...folders },
      // What orders are judged by: else a declaration that may leave as declared would be refused when it comes in a file (G05).
      settings: ['GATEWAY_DEC_SIGN'],
      keptBytes: KEPT_BYTES,
    });
  }
}
