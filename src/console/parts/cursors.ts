import { useState } from 'react';

/** The way through a keyset list that lives beside other things on a page (not in the address). */
export function useCursors() {
  const [trail, setTrail] = useState<string[]>([]);
  return {
    cursor: trail.at(-1),
    depth: trail.length,
    reset: () => setTrail([]),
    onFirst: () => setTrail([]),
    onPrevious: () => setTrail((before) => before.slice(0, -1)),
    onNext: (cursor: string) => setTrail((before) => [...before, cursor]),
  };
}
