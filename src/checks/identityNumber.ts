const CHARACTERS = '10X98765432';
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

/** The check character (18th) that GB 11643-1999 (ISO 7064 MOD 11-2) gives to the first 17 digits. */
export function identityCheckCharacter(number: string): string {
  const sum = WEIGHTS.reduce((total, weight, place) => total + Number(number[place]) * weight, 0);
  return CHARACTERS[sum % 11] ?? '';
}
