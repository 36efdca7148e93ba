/** Characters of one text at most, and of each where they are too many together. */
const MOST = 200;
const LEAST = 30;

/**
 * A plain value to be shown, whose texts are cut (with `…`) to 200 characters, and to 30 where all of it would be longer
 * than `together` characters: what was sent does not decide how large an answer grows.
 */
export function shortTexts<T>(value: T, together: number): T {
  const short = cutTexts(value, MOST);
  return JSON.stringify(short).length > together ? cutTexts(value, LEAST) : short;
}

function cutTexts<T>(value: T, most: number): T;
function cutTexts(value: unknown, most: number): unknown {
  if (typeof value === 'string') return value.length > most ? `${value.slice(0, most)}…` : value;
  if (Array.isArray(value)) return value.map((member) => cutTexts(member, most));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cutTexts(member, most)]));
}
