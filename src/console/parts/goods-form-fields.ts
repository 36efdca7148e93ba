import type { Changes, Fault, GoodsForm, GoodsFormField } from '../api/types.js';

type Section = GoodsForm['sections'][number];
export type FormList = NonNullable<Section['list']>;
export type FormEntry = FormList['entries'][number];

/** What a person did to a form and has not saved yet. */
export interface FormEdits {
  /** Values by the path of their correction. */
  values: Readonly<Record<string, string>>;
  /** Paths of entries that were taken out. */
  removed: readonly string[];
  /** How many entries were added, by the path of their list. */
  added: Readonly<Record<string, number>>;
}

export const noEdits: FormEdits = { values: {}, removed: [], added: {} };

/** An entry added as the `n`th: the empty one, with its own place. */
export function addedEntry({ path, next, entry }: NonNullable<FormList['add']>, n: number): FormEntry {
  const from = `${path}[${next}]`;
  const to = `${path}[${next + n}]`;
  const moved = (place: string) => (place.startsWith(from) ? to + place.slice(from.length) : place);
  const field = (one: GoodsFormField): GoodsFormField => ({
    ...one,
    paths: one.paths.map(moved),
    edit: one.edit && { ...one.edit, path: moved(one.edit.path) },
  });
  return {
    remove: to,
    cells: entry.cells.map((cell) => ({ ...cell, fields: cell.fields.map(field) })),
    more: entry.more.map(field),
  };
}

/** The entries of a list as they stand on the page. */
export const entriesShown = (list: FormList, edits: FormEdits): FormEntry[] =>
  [
    ...list.entries,
    ...Array.from({ length: list.add ? (edits.added[list.add.path] ?? 0) : 0 }, (_, n) =>
      addedEntry(list.add!, n),
    ),
  ].filter((entry) => entry.remove === null || !edits.removed.includes(entry.remove));

/** Every field on the page, those of added entries included. */
export const fieldsShown = (form: GoodsForm, edits: FormEdits): GoodsFormField[] =>
  form.sections.flatMap(({ cells, list, inner }) => [
    ...cells.flatMap(({ fields }) => fields),
    ...[...(list ? [list] : []), ...inner.flat()].flatMap((one) =>
      entriesShown(one, edits).flatMap((entry) => [
        ...entry.cells.flatMap(({ fields }) => fields),
        ...entry.more,
      ]),
    ),
  ]);

/** What a field would say if the form were saved now. */
export const nowOf = ({ edit, value }: GoodsFormField, { values }: FormEdits): string =>
  edit ? (values[edit.path] ?? edit.value) : value;

/** True when nothing stands in a field that is needed. */
export function isLacking(field: GoodsFormField, need: 'draft' | 'declare', edits: FormEdits): boolean {
  if (field.need !== need) return false;
  const typed = field.edit ? edits.values[field.edit.path] : undefined;
  return (typed ?? field.value).trim() === '';
}

/** The corrections that save what was done: changed values, and null for what was emptied or taken out. */
export function changesOf(form: GoodsForm, edits: FormEdits): Changes {
  const before = new Map(
    fieldsShown(form, edits).flatMap(({ edit }) => (edit ? [[edit.path, edit.value] as const] : [])),
  );
  const existing = new Set(
    form.sections.flatMap(({ list, inner }) =>
      [...(list ? [list] : []), ...inner.flat()].flatMap(({ entries }) =>
        entries.map(({ remove }) => remove),
      ),
    ),
  );
  return Object.fromEntries([
    ...Object.entries(edits.values)
      .map(([path, value]) => [path, value.trim()] as const)
      .filter(([path, value]) => before.has(path) && before.get(path) !== value)
      .map(([path, value]) => [path, value === '' ? null : value] as const),
    ...edits.removed.filter((path) => existing.has(path)).map((path) => [path, null] as const),
  ]);
}

export const faultsOf = (field: GoodsFormField, faults: readonly Fault[]): Fault[] =>
  faults.filter(({ path }) => field.paths.includes(path) || field.edit?.path === path);
