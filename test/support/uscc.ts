/** The 31 characters of a 统一社会信用代码 and its weights (GB 32100-2015). */
const characters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/**
 * A 统一社会信用代码 of a fictitious company of Chongqing (91 5001..) with a right check character, the same for the same
 * seed (0 to 31⁵−1).
 */
export function makeUscc(seed: number): string {
  let rest = seed;
  let tail = '';
  for (let i = 0; i < 5; i++) {
    tail = (characters[(rest * 7 + 3 * i) % 31] ?? '0') + tail;
    rest = Math.floor(rest / 31);
  }
  const body = `91500${String(100 + (seed % 20))}MA6${tail}5`.padEnd(17, '0');
  const sum = [...body].reduce((s, c, i) => s + characters.indexOf(c) * (weights[i] ?? 0), 0);
  return body + (characters[(31 - (sum % 31)) % 31] ?? '0');
}
