import type { z } from 'zod';
import { ATTACHMENT } from '../../messages/families/cooFile.js';
import type { FormMapping, FormNode } from '../../messages/forms/formMapping.js';
import type { goodsFormSchema } from '../forms/shapes.js';
import { documentWithoutPeople, entryWithoutPeople } from '../withoutPeople.js';
import type { certificateSchema } from './shapes.js';

type Detail = z.output<typeof certificateSchema>;
type Form = z.output<typeof goodsFormSchema>;

/** A certificate as those see it who may not see persons: no names, telephones, identity numbers, importers, remarks. */
export function certificateWithoutPeople(one: Detail, mapping: FormMapping): Detail {
  const hidden = new Set([
    ...personalIn(mapping.root),
    'Note',
    'Remark',
    'ModReason',
    'OldSituDesc',
    'ModSituDesc',
  ]);
  return {
    ...one,
    createdBy: '',
    cancelled: one.cancelled && { ...one.cancelled, by: '', why: '' },
    form: withoutFields(one.form, hidden),
    attachments: one.attachments.map((file) => ({
      ...file,
      fileName: '',
      name: '',
      createdBy: '',
      said: null,
      document: documentWithoutPeople({ ...file.document, key: {} }),
    })),
    documents: one.documents.map(documentWithoutPeople),
    // What an attachment is called stands beside its numbers.
    timeline: one.timeline.map((entry) => ({
      ...entryWithoutPeople(entry),
      ...(entry.messageType === ATTACHMENT ? { detail: null } : {}),
    })),
  };
}

function personalIn(nodes: readonly FormNode[]): string[] {
  return nodes.flatMap((node) => [
    ...node.fields.filter((field) => field.personal).map((field) => field.name),
    ...personalIn(node.children),
  ]);
}

function withoutFields(form: Form, hidden: ReadonlySet<string>): Form {
  const cells = (all: Form['sections'][number]['cells']) =>
    all.map((cell) => ({ ...cell, fields: cell.fields.map(field) }));
  const field = (one: Form['sections'][number]['cells'][number]['fields'][number]) => ({
    ...one,
    edit: null,
    ...(hidden.has(one.name) ? { value: '', text: null } : {}),
  });
  return {
    ...form,
    sections: form.sections.map((section) => ({
      ...section,
      cells: cells(section.cells),
      list: section.list && {
        ...section.list,
        add: null,
        entries: section.list.entries.map((entry) => ({
          remove: null,
          cells: cells(entry.cells),
          more: entry.more.map(field),
        })),
      },
    })),
  };
}
