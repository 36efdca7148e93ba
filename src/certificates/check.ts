import type { Fault } from '../base/fault.js';
import { isDay } from '../base/clock.js';
import { decimal, isPlainDecimal } from '../base/decimal.js';
import { makeFault } from '../base/faults.js';
import type { CodeTables } from '../messages/codes.js';
import type { FamilyMessage } from '../messages/families/family.js';
import { entriesOf, fieldOf, nodeOf } from '../messages/families/forms.js';
import type { FormData } from '../messages/forms/compose.js';
import type { Form } from '../messages/forms/form.js';
import type { FormField, FormNode } from '../messages/forms/formMapping.js';
import type { Text } from '../terms/text.js';
import { orgCodeOf, type Application } from './application.js';
import { agreementsFor, isFor, type CertificateBook, type CertificateRule } from './book.js';

/** What applications are judged by. */
export interface CheckParts {
  book: CertificateBook;
  form: Form;
  message: FamilyMessage;
  codes: CodeTables;
}

/** What the registry says of exporter and producers on the day of the application. */
export interface RegistryFacts {
  /** 分类管理: the class of the exporter. */
  class: string;
  /** Producers (organisation codes) whose filing (属地备案) is in force. */
  filed: ReadonlySet<string>;
}

/** Where fields of a certificate are shown and filled in, for example `certificate.CertificateHead.InvNo`. */
const placeIn = (...parts: string[]) => ['certificate', ...parts].join('.');

/**
 * Every fault of an application that it shows by itself, each at its field: what the form must hold, what its type asks
 * for, whether the type is for the destination, number, producers. Quantities are held against the store by `coverage`.
 */
export function checkApplication(
  application: Application,
  certNo: string,
  registry: RegistryFacts,
  parts: CheckParts,
): Fault[] {
  const input = {
    order: { ...application },
    document: { guid: '', appType: '1', appTime: new Date(0), appStatus: '2', copNo: certNo, key: certNo },
  };
  const { data } = parts.form.compose(input);
  const type = fieldOf(nodeOf(data, 'CertificateHead'), 'CertType') ?? '';
  return [
    ...parts.message.check(input, application.regime ?? ''),
    ...ruleFaults(data, type, application.day, parts),
    ...valueFaults(data, parts),
    ...coverFaults(application, data),
    ...agreementFaults(application, data, type, parts),
    ...numberFaults(application, data, type),
    ...producerFaults(application, data, registry, parts),
  ];
}

/** Where a rule looks: the entry of the form, and its place. */
function* entriesAt(data: FormData, at: CertificateRule['at']): Generator<[place: string, entry: FormData]> {
  if (at === 'goods')
    for (const [i, entry] of entriesOf(data, 'CertificateList').entries())
      yield [`CertificateList[${i}]`, entry];
  else
    yield at === 'head'
      ? ['CertificateHead', nodeOf(data, 'CertificateHead')]
      : ['ModCertificate', nodeOf(data, 'ModCertificate')];
}

function ruleFaults(data: FormData, type: string, day: string, { book, form }: CheckParts): Fault[] {
  const head = nodeOf(data, 'CertificateHead');
  const faults: Fault[] = [];
  for (const rule of book.rules.rules) {
    if (rule.validFrom > day || (rule.types && !rule.types.includes(type))) continue;
    for (const [place, entry] of entriesAt(data, rule.at)) {
      const said = rule.when && (fieldOf(entry, rule.when.field) ?? fieldOf(head, rule.when.field) ?? '');
      if (rule.when && !rule.when.in.includes(said ?? '')) continue;
      const fault = (code: string, name: string, more: Record<string, string> = {}) =>
        faults.push({
          ...makeFault(code, placeIn(place, name), {
            field: fieldNamed(form, name)?.zh ?? name,
            name,
            rule: rule.text.zh,
            ruleEn: rule.text.en,
            ...more,
          }),
          source: rule.source,
        });
      for (const name of rule.needs) {
        const value = fieldOf(entry, name);
        // What the form asks for anyway is named by the form.
        if (value === undefined) {
          if (!fieldNamed(form, name)?.needs.includes('declare')) fault('O01', name);
        } else if (rule.oneOf && !rule.oneOf.includes(value))
          fault('O03', name, { value, allowed: rule.oneOf.join('、') });
      }
      for (const name of rule.forbids) if (fieldOf(entry, name) !== undefined) fault('O02', name);
      if (rule.list !== undefined && entriesOf(data, rule.list).length === 0)
        faults.push({
          ...makeFault('O01', placeIn(rule.list), {
            field: nodeNamed(form.mapping.root, rule.list)?.zh ?? rule.list,
            name: rule.list,
            rule: rule.text.zh,
            ruleEn: rule.text.en,
          }),
          source: rule.source,
        });
    }
  }
  return faults;
}

/** Numbers and days that the message holds as text. */
function valueFaults(data: FormData, { book, form }: CheckParts): Fault[] {
  const { decimals, dates } = book.rules;
  const faults: Fault[] = [];
  for (const at of ['head', 'goods'] as const)
    for (const [place, entry] of entriesAt(data, at)) {
      const look = (names: readonly string[], code: string, isOne: (value: string) => boolean) => {
        for (const name of names) {
          const value = fieldOf(entry, name);
          if (value !== undefined && !isOne(value))
            faults.push(
              makeFault(
                code,
                placeIn(place, name),
                { field: fieldNamed(form, name)?.zh ?? name, name, value },
                value,
              ),
            );
        }
      };
      look(decimals, 'O10', (value) => isPlainDecimal(value) && !value.startsWith('-'));
      look(dates, 'O11', isDay);
    }
  return faults;
}

/** The quantity of a line is what it covers of its declaration; nobody writes another one beside it. */
function coverFaults({ lines }: Application, data: FormData): Fault[] {
  return [...entriesAt(data, 'goods')].flatMap(([place, entry], i) => {
    const said = fieldOf(entry, 'GoodsQty');
    const covered = lines[i]?.qty ?? '0';
    if (said === undefined || !isPlainDecimal(said) || decimal(said).eq(covered)) return [];
    return [makeFault('O22', placeIn(place, 'GoodsQty'), { gnum: String(i + 1), said, covered }, said)];
  });
}

function agreementFaults(
  { destination, day }: Application,
  data: FormData,
  type: string,
  { book, codes }: CheckParts,
): Fault[] {
  const agreement = book.agreements.find((a) => a.type === type);
  const names = codes.get('certType').values;
  const wordOf = (code: string): Text => ({
    zh: names.get(code)?.zh ?? code,
    en: names.get(code)?.en ?? code,
  });
  if (!agreement) return [];
  const at = placeIn('CertificateHead', 'CertType');
  const faults: Fault[] = [];
  if (!isFor(agreement, destination.code, day)) {
    const others = agreementsFor(book, destination.code, day).map((a) => wordOf(a.type));
    faults.push(
      makeFault('O04', at, {
        agreement: wordOf(type).zh,
        agreementEn: wordOf(type).en,
        country: destination.name ?? destination.code,
        countryEn: destination.nameEn ?? destination.code,
        others: others.map((o) => o.zh).join('、'),
        othersEn: others.map((o) => o.en).join(', '),
      }),
    );
  }
  const known = agreement.criteria.map((c) => c.code);
  if (known.length > 0)
    for (const [place, line] of entriesAt(data, 'goods')) {
      const value = fieldOf(line, 'OriCriteria');
      if (value !== undefined && !known.includes(value))
        faults.push(
          makeFault(
            'O16',
            placeIn(place, 'OriCriteria'),
            {
              gnum: fieldOf(line, 'GNo') ?? '',
              value,
              agreement: wordOf(type).zh,
              agreementEn: wordOf(type).en,
              allowed: known.join('、'),
            },
            value,
          ),
        );
    }
  return faults;
}

/** CertNo: type, two digits of the year, organisation code of the exporter, four digits. */
function numberFaults({ exporter }: Application, data: FormData, type: string): Fault[] {
  const certNo = fieldOf(nodeOf(data, 'CertificateHead'), 'CertNo') ?? '';
  const at = placeIn('CertificateHead', 'CertNo');
  const org = orgCodeOf(exporter.code);
  if (org === undefined) return certNo === '' ? [makeFault('O18', at, { code: exporter.code ?? '' })] : [];
  const isOne = certNo.startsWith(type) && new RegExp(`^\\d{2}${org}\\d{4}$`).test(certNo.slice(type.length));
  return isOne || certNo === '' ? [] : [makeFault('O09', at, { certNo, type, org }, certNo)];
}

/** 属地备案: each producer should be filed with its local customs; how that weighs says the class of the exporter. */
function producerFaults(
  { day }: Application,
  data: FormData,
  registry: RegistryFacts,
  { book }: CheckParts,
): Fault[] {
  const found = book.classes.classes.find((c) => c.class === registry.class);
  const seen = new Set<string>();
  const faults: Fault[] = [];
  for (const [place, line] of entriesAt(data, 'goods')) {
    const org = orgCodeOf(fieldOf(line, 'CiqRegNo'));
    if (org === undefined || seen.has(org) || registry.filed.has(org) || !found) continue;
    seen.add(org);
    faults.push(
      makeFault(found.unfiled === 'fault' ? 'O13' : 'O12', placeIn(place, 'CiqRegNo'), {
        producer: fieldOf(line, 'PrdcEtpsName') ?? org,
        day,
        class: found.text.zh,
        classEn: found.text.en,
      }),
    );
  }
  return faults;
}

const nodeNamed = (nodes: readonly FormNode[], name: string): FormNode | undefined => {
  for (const node of nodes) {
    if (node.node === name) return node;
    const below = nodeNamed(node.children, name);
    if (below) return below;
  }
  return undefined;
};

/** A field by name, wherever it first stands. */
function fieldNamed(
  form: Form,
  name: string,
  nodes: readonly FormNode[] = form.mapping.root,
): FormField | undefined {
  for (const node of nodes) {
    const found = node.fields.find((field) => field.name === name) ?? fieldNamed(form, name, node.children);
    if (found) return found;
  }
  return undefined;
}
