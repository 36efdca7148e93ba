import Sequencer from '@jest/test-sequencer';

/** Folders whose files take longest, in a browser or with processes of their own. */
const LONG = ['console', 'crash', 'attacks', 'journeys', 'adapters'];

/** Long files first, so that no worker ends with one while the others have nothing left; a new machine knows no durations. */
export default class LongFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONG.findIndex((folder) => path.includes(`/test/${folder}/`));
      return at === -1 ? LONG.length : at;
    };
    return [...tests].sort((a, b) => rank(a) - rank(b));
  }
}
