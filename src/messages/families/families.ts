import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { openFile } from '../opened.js';
import { failedImport } from './formReceipts.js';
import type { EnvelopeForm, Family, FamilyMessage, FamilyReading } from './family.js';

/** The families the gateway speaks. Throws RangeError when two share a name or a message type. */
export class Families {
  readonly #byName = new Map<string, Family>();
  readonly #byType = new Map<string, { family: Family; message: FamilyMessage }>();

  #types: readonly string[] | undefined;

  constructor(families: readonly Family[]) {
    for (const family of families) {
      if (this.#byName.has(family.name)) throw new RangeError(`two families are named ${family.name}`);
      this.#byName.set(family.name, family);
      for (const message of family.messages()) {
        const other = this.#byType.get(message.type)?.family.name;
        if (other !== undefined)
          throw new RangeError(`${message.type} is a message of ${other} and ${family.name}`);
        this.#byType.set(message.type, { family, message });
      }
    }
  }

  all(): readonly Family[] {
    return [...this.#byName.values()];
  }

  named(name: string): Family | undefined {
    return this.#byName.get(name);
  }

  /** The family that sends messages of this type. */
  of(messageType: string): Family | undefined {
    return this.#byType.get(messageType)?.family;
  }

  /** Messages that are applications for inspection, of all families. */
  inspecting(): string[] {
    return this.all().flatMap((family) =>
      family.messages().flatMap((message) => (message.inspects ? [message.type] : [])),
    );
  }

  /** The types of all messages this version sends; those of a newer one beside it are none of its business. */
  types(): readonly string[] {
    return (this.#types ??= [...this.#byType.keys()]);
  }

  /** Where and in what messages of this type go. */
  routeOf(messageType: string): { flow: 'export' | 'import'; family: string; envelope: EnvelopeForm } {
    const found = this.#byType.get(messageType);
    return {
      flow: found?.message.flow === 'import' ? 'import' : 'export',
      family: found?.family.name ?? '',
      envelope: found?.message.envelope ?? 'none',
    };
  }

  /** A message as an edition has it, in force when none is named. */
  message(messageType: string, edition?: string): FamilyMessage | undefined {
    return this.of(messageType)?.message(messageType, edition);
  }

  /**
   * Reads a received file by the family its root belongs to, behind the one parser door and outside any wrapper.
   *
   * @throws FaultError (400): what the door and the wrappers say, D08 when it is of no family, what its family says
   */
  read(bytes: Buffer, origin = ''): { family: Family; reading: FamilyReading } {
    const file = openFile(bytes);
    const { name, namespace } = file.root;
    const failed = failedImport(file.root, origin);
    const sender = failed && this.of(failed.messageOf);
    if (failed && sender)
      return {
        family: sender,
        reading: { messageType: failed.answer.messageType, answers: [failed.answer] },
      };
    const family = this.all().find((f) => f.recognises({ name, namespace }));
    if (!family) throw new FaultError([makeFault('D08', '', { root: name })], 400);
    return { family, reading: family.read(file) };
  }
}
