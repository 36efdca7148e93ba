/**
 * An 18-digit identity number nobody has: region 500000 (Chongqing as a whole, never given to a person), born in 1901,
 * with a right check character by the recursive form of ISO 7064 MOD 11-2. The same for the same seed (0 to 364,999).
 */
export function makeIdNumber(seed: number): string {
  const day = new Date(Date.UTC(1901, 0, 1 + Math.floor(seed / 1000)));
  const born = day.toISOString().slice(0, 10).replaceAll('-', '');
  const body = `500000${born}${String(seed % 1000).padStart(3, '0')}`;
  let remainder = 0;
  for (const digit of body) remainder = ((remainder + Number(digit)) * 2) % 11;
  const check = (12 - remainder) % 11;
  return body + (check === 10 ? 'X' : String(check));
}
