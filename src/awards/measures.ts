import { Dec } from '../base/decimal.js';
import type { PolicyBook } from './book.js';
import type { Facts } from './facts.js';
import { line, type Line } from './lines.js';
import { Missing, type Reader } from './readings.js';
import type { Measure } from './policy.js';
import { turnoverOf, type Turnover, type Years } from './turnover.js';

/** Reads the figures of one clause: given numbers, or a turnover composed from flows. */
export class Figures {
  private turnovers = new Map<string, Turnover>();

  constructor(
    private readonly book: PolicyBook,
    private readonly facts: Facts,
    private readonly reader: Reader,
    private readonly years: Years,
  ) {}

  measure(id: string): Measure {
    const measure = this.book.measures.get(id);
    if (!measure) throw new Error(`no measure ${id}`);
    return measure;
  }

  /** The turnover behind a measure made of flows; undefined for a given figure. */
  turnover(id: string): Turnover | undefined {
    const measure = this.measure(id);
    if (!measure.flows) return undefined;
    let made = this.turnovers.get(id);
    if (!made) {
      made = turnoverOf(this.facts, measure.flows, this.years, this.reader);
      this.turnovers.set(id, made);
    }
    return made;
  }

  /** The numbers given for a measure, one a year or item. Throws {@link Missing} when there are none. */
  numbers(id: string): Dec[] {
    const given = this.facts.given.get(this.alternative(id));
    if (given && 'numbers' in given && given.numbers.length > 0) return given.numbers;
    throw new Missing(this.notGiven(id));
  }

  /** The one number of a measure: its only figure, or the sum of the years given. */
  number(id: string): Dec {
    const turnover = this.turnover(id);
    if (turnover) return turnover.usd;
    const numbers = this.numbers(id);
    return numbers.reduce((a, b) => a.plus(b), new Dec(0));
  }

  flag(id: string): boolean | undefined {
    const given = this.facts.given.get(id);
    return given && 'flag' in given ? given.flag : undefined;
  }

  titles(id: string): string[] | undefined {
    const given = this.facts.given.get(id);
    return given && 'titles' in given ? given.titles : undefined;
  }

  has(id: string): boolean {
    return this.facts.given.has(id);
  }

  notGiven(id: string): Line {
    const { text } = this.measure(id);
    return line(`没有给出${text.zh}`, `${text.en} was not given`);
  }

  /** Figures that exist in several versions: the reading says which. */
  private alternative(id: string): string {
    if (
      id === 'taxableOnlineSales' &&
      (this.has('taxableOnlineSalesCalendar') || this.has('taxableOnlineSalesRolling'))
    ) {
      if (this.has(id) && !this.reader.ambiguity('base-year')) return id;
      return this.reader.ask('base-year').choice === 'rolling'
        ? 'taxableOnlineSalesRolling'
        : 'taxableOnlineSalesCalendar';
    }
    if (id === 'servedEnterprises') {
      const by = {
        distinct: 'servedDistinct',
        accounts: 'servedAccounts',
        district: 'servedDistrict',
      } as const;
      if (!Object.values(by).some((m) => this.has(m))) return id;
      const { choice } = this.reader.ask('served-count');
      const wanted = by[choice as keyof typeof by];
      return wanted && (this.has(wanted) || !this.has(id)) ? wanted : id;
    }
    return id;
  }
}
