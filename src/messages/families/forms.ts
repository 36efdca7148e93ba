import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { openFile } from '../opened.js';
import type { Form } from '../forms/form.js';
import type { FormData, FormLeaf } from '../forms/compose.js';
import { readForm } from '../forms/readForm.js';
import type { FamilyDocument, FamilyMessage, Seal } from './family.js';

/** The one document of a message of this kind. */
export function onlyOne(documents: readonly FamilyDocument[]): FamilyDocument {
  const [only, ...more] = documents;
  if (!only || more.length > 0) throw new RangeError('such a message holds one document');
  return only;
}

/** Parts of a form's family message that all forms have alike. */
export const formMessage = (
  form: Form,
  more: Pick<FamilyMessage, 'acceptance' | 'declares' | 'seal' | 'check'> & Partial<FamilyMessage>,
): FamilyMessage => ({
  type: form.mapping.message,
  title: form.mapping.title,
  flow: form.mapping.flow,
  limit: 1,
  envelope: 'file',
  ...more,
});

/** Unsigned: the bytes are read again, and must say what was written. */
export function unsigned(form: Form, write: (document: FamilyDocument) => FormData): Seal {
  return {
    signature: 'none',
    write: (documents) => form.write(write(onlyOne(documents))),
    prove: (bytes) => proveForm(form, bytes),
  };
}

/** Proves finished bytes on a path that did not write them: the reader finds no unknown element and what must be there. */
export function proveForm(form: Form, bytes: Buffer): Fault[] {
  const fault = (reason: string) => makeFault('G07', '', { reason });
  try {
    const { root } = openFile(bytes);
    if (root.name !== form.mapping.message || root.namespace !== form.mapping.xml.namespace)
      return [fault(`root ${root.name}`)];
    const { data, unknown } = readForm(form.mapping, root);
    if (unknown.length > 0) return [fault(unknown.join(', '))];
    // Written again from what was read, byte for byte.
    return form.write(data).equals(bytes) ? [] : [fault('not the same when written again')];
  } catch (error) {
    if (error instanceof FaultError) return [...error.faults];
    throw error;
  }
}

/** A node of a form; empty when it is not filled. */
export const nodeOf = (data: FormData, name: string): FormData => {
  const node: FormLeaf | undefined = data[name];
  return typeof node === 'object' && !Array.isArray(node) ? node : {};
};

/** The entries of a list of a form. */
export const entriesOf = (data: FormData, name: string): FormData[] => {
  const list: FormLeaf | undefined = data[name];
  return Array.isArray(list) ? list : [];
};

/** The text of a field; undefined when it is not filled. */
export const fieldOf = (data: FormData, name: string): string | undefined => {
  const value: FormLeaf | undefined = data[name];
  return typeof value === 'string' ? value : undefined;
};
