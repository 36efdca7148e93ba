import { sha256Hex } from './chain.js';

/** A step up the tree: the hash that stands beside, and on which side. */
export interface Step {
  side: 'left' | 'right';
  hash: string;
}

/** The hash over two hashes (lower-case hex): that of their 128 characters, so that `sha256sum` can check it. */
const parent = (left: string, right: string): string => sha256Hex(left + right);

const above = (level: readonly string[]): string[] => {
  const up: string[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i] ?? '';
    const right = level[i + 1];
    // One without a neighbour rises as it is.
    up.push(right === undefined ? left : parent(left, right));
  }
  return up;
};

/** The root over hashes in their order. Throws RangeError when there are none. */
export function merkleRoot(hashes: readonly string[]): string {
  if (hashes.length === 0) throw new RangeError('no hashes');
  let level: readonly string[] = hashes;
  while (level.length > 1) level = above(level);
  return level[0] ?? '';
}

/** The steps from each of `positions` up to the root over `hashes`. */
export function merklePaths(hashes: readonly string[], positions: readonly number[]): Step[][] {
  const paths: Step[][] = positions.map(() => []);
  const at = [...positions];
  let level: readonly string[] = hashes;
  while (level.length > 1) {
    for (const [i, position] of at.entries()) {
      const beside = level[position ^ 1];
      if (beside !== undefined) paths[i]?.push({ side: position % 2 === 1 ? 'left' : 'right', hash: beside });
      at[i] = position >> 1;
    }
    level = above(level);
  }
  return paths;
}
