import type { Families } from '../messages/families/families.js';
import type { StatusMeaning } from '../messages/families/statusTable.js';
import { Statuses } from './state.js';

/** What receipts mean, family by family. */
export class StatusBook {
  private readonly byFamily: ReadonlyMap<string, Statuses>;

  constructor(private readonly families: Families) {
    this.byFamily = new Map(families.all().map((f) => [f.name, new Statuses(f.statuses)]));
  }

  /**
   * The statuses of receipts that answer a message of this type, or are of it themselves; of a type nobody knows, those of
   * the first family.
   */
  of(messageType: string): Statuses {
    const all = this.families.all();
    const family =
      this.families.of(messageType) ??
      all.find((f) => f.recognises({ name: messageType, namespace: '' })) ??
      all[0];
    const found = family && this.byFamily.get(family.name);
    if (!found) throw new Error('there is no message family');
    return found;
  }

  /** The statuses of a family's receipts. Throws for a family that is not there. */
  ofFamily(name: string): Statuses {
    const found = this.byFamily.get(name);
    if (!found) throw new Error(`there is no message family ${name}`);
    return found;
  }

  /** What a status means that a message of this type was answered with (or a receipt of it says); without a type, in the first family. */
  meaning(status: string, messageType = ''): StatusMeaning {
    return this.of(messageType).meaning(status);
  }
}
