import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { CodeTables } from './codes.js';
import { readRepeat } from './fieldType.js';
import type { FieldMapping, MessageMapping, NodeMapping } from './mapping.js';
import { fullPath, rootNames, ValuePaths, type Names } from './valuePaths.js';

/** A mapping and where it was read, for example `ceb-202205/messages/CEB603Message.json` of edition `202205`. */
export interface MappingFile {
  file: string;
  edition: string;
  mapping: MessageMapping;
}

/** What the shape of a mapping file cannot say: that everything it refers to exists and fits together. */
export function checkMappings(files: readonly MappingFile[], codes: CodeTables, paths: ValuePaths): Fault[] {
  const faults: Fault[] = [];
  for (const file of files) new FileCheck(file, files, codes, paths, faults).run();
  return faults;
}

class FileCheck {
  readonly #mapping: MessageMapping;

  constructor(
    private readonly file: MappingFile,
    private readonly all: readonly MappingFile[],
    private readonly codes: CodeTables,
    private readonly paths: ValuePaths,
    private readonly faults: Fault[],
  ) {
    this.#mapping = file.mapping;
  }

  run(): void {
    this.#identity();
    this.#receipts();
    this.#key();
    const [business] = this.#mapping.root;
    for (const node of this.#mapping.root) this.#node(node, node.node, rootNames, node === business);
    const signatures = this.#mapping.root.filter((node) => node.node === 'ds:Signature').length;
    if (this.#sends && signatures !== 1) this.#add('M13', 'ds:Signature', { count: String(signatures) });
  }

  get #sends(): boolean {
    return this.#mapping.direction === 'send';
  }

  #add(code: string, place: string, params: Record<string, string>): void {
    this.faults.push(makeFault(code, `${this.file.file} ${place}`.trim(), params));
  }

  #identity(): void {
    const { message, edition, validFrom } = this.#mapping;
    if (edition !== this.file.edition)
      this.#add('M03', 'edition', { edition, folder: `ceb-${this.file.edition}` });
    const twins = this.all.filter((other) => other.mapping.message === message);
    const first = twins.find(
      (other) => other.edition === this.file.edition || other.mapping.validFrom === validFrom,
    );
    if (first && first !== this.file) this.#add('M04', 'message', { message, other: first.file });
  }

  #receipts(): void {
    const { receipt, receiptOf } = this.#mapping;
    const references = Object.entries({ receipt, receiptOf }).filter(([, name]) => name !== undefined);
    for (const [place, name] of references) {
      const target = this.all.find((f) => f.edition === this.file.edition && f.mapping.message === name);
      const back = place === 'receipt' ? target?.mapping.receiptOf : target?.mapping.receipt;
      if (!target) this.#add('M05', place, { message: String(name) });
      else if (back !== this.#mapping.message) this.#add('M06', place, { message: String(name), place });
    }
  }

  #key(): void {
    const business = this.#mapping.root[0];
    for (const name of this.#mapping.key ?? []) {
      if (!business || !headFields(business).some((f) => f.name === name))
        this.#add('M07', 'key', { field: name });
    }
    for (const [place, name] of Object.entries(this.#mapping.filing ?? {})) {
      if (!business || !headFields(business).some((f) => f.name === name))
        this.#add('M07', `filing ${place}`, { field: name });
    }
    for (const role of this.#mapping.responsible ?? []) {
      if (!this.paths.has(`order.${role}.code`))
        this.#add('M08', 'responsible', { path: `order.${role}.code` });
    }
    const { acceptedAt } = this.#mapping;
    if (
      acceptedAt !== undefined &&
      !(this.codes.has('returnStatus') && this.codes.get('returnStatus').has(acceptedAt))
    ) {
      this.#add('M10', 'acceptedAt', { value: acceptedAt, table: 'returnStatus' });
    }
  }

  #node(node: NodeMapping, place: string, names: Names, isBusiness: boolean): void {
    let inScope = names;
    if (node.each !== undefined) {
      const list = fullPath(node.each, names);
      if (!list || !this.paths.hasList(list)) this.#add('M08', `${place} each`, { path: node.each });
      else if (node.as === undefined || names.has(node.as))
        this.#add('M11', `${place} as`, { name: node.as ?? '' });
      else inScope = new Map([...names, [node.as, `${list}[]`]]);
    }
    if (this.#sends && !isBusiness && node.each === undefined && readRepeat(node.repeat).max > 1) {
      this.#add('M12', place, { repeat: node.repeat });
    }
    const seen = new Set<string>();
    for (const name of [...(node.fields ?? []), ...(node.children ?? [])].map((c) =>
      'name' in c ? c.name : c.node,
    )) {
      if (seen.has(name)) this.#add('M14', `${place}/${name}`, { name });
      seen.add(name);
    }
    for (const field of node.fields ?? []) this.#field(field, `${place}/${field.name}`, inScope);
    for (const child of node.children ?? []) this.#node(child, `${place}/${child.node}`, inScope, false);
  }

  #field(field: FieldMapping, place: string, names: Names): void {
    if (field.codes !== undefined && !this.codes.has(field.codes)) {
      this.#add('M09', `${place} codes`, { table: field.codes });
    } else if (field.codes !== undefined) {
      const table = this.codes.get(field.codes);
      for (const value of [field.fixed, field.default]) {
        if (value !== undefined && !table.has(value)) this.#add('M10', place, { value, table: table.name });
      }
    }
    for (const path of field.from === undefined ? [] : [field.from].flat()) {
      const full = fullPath(path, names);
      const known =
        full && (this.paths.has(full) || (this.#mapping.filing && ValuePaths.isFiling(full, field.name)));
      if (!known) this.#add('M08', `${place} from`, { path });
    }
    if (!this.#sends) return;
    if (field.fixed !== undefined && field.from !== undefined) this.#add('M15', place, {});
    if (field.required && field.fixed === undefined && field.from === undefined) this.#add('M16', place, {});
    if (field.required && field.requiredIn) this.#add('M17', `${place} requiredIn`, {});
  }
}

/** The fields of a node and of the once-only nodes in it: where the fields that identify a document stand. */
function headFields(node: NodeMapping): FieldMapping[] {
  const heads = (node.children ?? []).filter((child) => readRepeat(child.repeat).max === 1);
  return [...(node.fields ?? []), ...heads.flatMap(headFields)];
}
