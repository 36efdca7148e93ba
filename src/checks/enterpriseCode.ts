const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const USCC = new RegExp(`^[${ALPHABET}]{2}\\d{6}[${ALPHABET}]{10}$`);
const REGISTRATION = /^\d{4}[0-9A-Z]{6}$/;

/** Weights of GB 32100-2015: 3 to the power of the place, modulo 31. */
const WEIGHTS = Array.from({ length: 17 }).reduce<number[]>(
  (weights) => [...weights, weights.length === 0 ? 1 : (weights.at(-1)! * 3) % 31],
  [],
);

/** True for the form of a 统一社会信用代码 (18 characters, without I, O, S, V, Z); its check character is not judged. */
export const hasUsccForm = (code: string): boolean => USCC.test(code);

/** The check character (18th) that GB 32100-2015 gives to the first 17 characters. */
export function usccCheckCharacter(code: string): string {
  const sum = WEIGHTS.reduce((total, weight, place) => total + ALPHABET.indexOf(code[place]!) * weight, 0);
  return ALPHABET[(31 - (sum % 31)) % 31]!;
}

/** True for a 统一社会信用代码 with a right check character. */
export const isUscc = (code: string): boolean => hasUsccForm(code) && code[17] === usccCheckCharacter(code);

/** True for the form of a customs registration code (海关注册编码): 10 characters, the first four an area code. */
export const isRegistrationCode = (code: string): boolean => REGISTRATION.test(code);
