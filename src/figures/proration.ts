import { Dec } from '../base/decimal.js';

/**
 * The shares of `value` for consecutive takings of a whole, each rounded half-up to `places`: what has been taken up to
 * a taking, less what had been taken before it. Takings that add up to the whole therefore add up to `value`, whatever
 * the rounding on the way, and nothing beyond the whole is ever taken. Takings and whole are quantities of one unit (or
 * weights); a whole of zero is taken entirely by the first. This is the only proration of the figures: freight over
 * lines, returns of a line, CNY, USD and amount alike.
 */
export function prorate(value: Dec, takings: readonly Dec[], whole: Dec, places: number): Dec[] {
  let taken = new Dec(0);
  let before = new Dec(0);
  return takings.map((taking) => {
    taken = whole.isZero() ? whole : Dec.min(whole, taken.plus(taking));
    const upTo = whole.eq(taken)
      ? value.toDecimalPlaces(places)
      : value.times(taken).div(whole).toDecimalPlaces(places);
    const share = upTo.minus(before);
    before = upTo;
    return share;
  });
}
