/**
 * Whole-number arithmetic for the amounts, quantities and weights of an order: the messages carry at most five decimals
 * (N19,5), so a value is its text times 100000, as a bigint. Exact like `Dec`, and several times faster on the path that
 * every order takes.
 */
const PLACES = 5;
const SHAPE = /^(-?(?:0|[1-9]\d{0,23}))(?:\.(\d{1,5}))?$/;

/** 1 of the value's own unit. */
export const ONE = 100_000n;

/**
 * A plain decimal text times 100000. Undefined when it is missing, not a plain decimal or has more than five decimals:
 * such a value has a fault of its own from the field checks, and no rule judges it twice.
 */
export function readScaled(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const parts = SHAPE.exec(text);
  return parts ? BigInt(parts[1]! + (parts[2] ?? '').padEnd(PLACES, '0')) : undefined;
}

/** How many decimals a plain decimal text carries. */
export function decimalsOf(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/** The scaled value as plain decimal text, without zeros at its end. */
export function formatScaled(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(PLACES + 1, '0');
  const decimals = digits.slice(-PLACES).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** The product of two scaled values, rounded half-up (away from zero) to five decimals. */
export function multiplyScaled(a: bigint, b: bigint): bigint {
  const exact = a * b;
  return (exact < 0n ? exact - ONE / 2n : exact + ONE / 2n) / ONE;
}

/**
 * Whether `total` is `a × b` to within half a unit of its last decimal, taken with `places` (0–5) decimals. An exact
 * half passes both ways, because shops round it up, down and to even.
 */
export function isProduct(a: bigint, b: bigint, total: bigint, places: number): boolean {
  const distance = a * b - total * ONE;
  return 2n * (distance < 0n ? -distance : distance) <= 10n ** BigInt(2 * PLACES - places);
}
