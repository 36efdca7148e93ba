import type { CompiledMessage, Messages } from '../compile.js';
import type { Family } from '../families/family.js';
import type { Form } from './form.js';

/**
 * A form as other rooms meet messages: to check a document, to compare two revisions of it. The bytes that leave are
 * written by its family.
 */
export function formAsMessage(form: Form, family: Family): CompiledMessage {
  const { message } = form.mapping;
  return {
    mapping: form.shown,
    limit: 1,
    write: ([document]) => {
      if (!document) throw new RangeError(`${message} holds one document`);
      const { data } = form.compose({ ...document, document: { ...document.document, key: '' } });
      return { messageType: message, guid: '', head: form.write(data).toString('utf8'), tail: '' };
    },
    check: (input, regime) => family.message(message)?.check(input, regime) ?? [],
    checkTransfer: () => [],
  };
}

/** Messages of the cross-border platform and forms together; `values` are the former, which any order may need. */
export class MessagesAndForms implements Messages {
  readonly #forms: ReadonlyMap<string, CompiledMessage>;

  constructor(
    private readonly messages: Messages,
    forms: readonly CompiledMessage[],
  ) {
    this.#forms = new Map(forms.map((form) => [form.mapping.message, form]));
  }

  get(name: string, edition?: string): CompiledMessage | undefined {
    return this.#forms.get(name) ?? this.messages.get(name, edition);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  keys(): string[] {
    return [...this.messages.keys(), ...this.#forms.keys()];
  }

  values(): Iterable<CompiledMessage> {
    return this.messages.values();
  }
}
