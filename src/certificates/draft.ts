import { dayOf } from '../base/clock.js';
import { Dec, isPlainDecimal } from '../base/decimal.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import { listsById, type CoveredList } from '../filings/lists.js';
import { findGoods } from '../goods/master.js';
import type { FormData } from '../messages/forms/compose.js';
import { fieldOf } from '../messages/families/forms.js';
import type { Queryable } from '../store/store.js';
import { numberFor } from './number.js';
import { applicationOf, orgCodeOf, type Application, type Source } from './application.js';
import { agreementsFor, type Agreement } from './book.js';
import { checkApplication, type RegistryFacts } from './check.js';
import type { CertificateContext } from './context.js';
import { coveredSoFar, heldOf, quantityFaults } from './coverage.js';
import { standsFor } from './standing.js';

/** What people ask for. */
export interface Request {
  /** CertType; left out, the first that is for the destination. */
  type?: string | undefined;
  /** The declarations whose goods it covers; without lines all that is left of them. */
  sources: readonly {
    declarationId: string;
    lines?: readonly { gnum: string; qty: string }[] | undefined;
  }[];
  /** What they fill in by element name. */
  certificate?: Record<string, unknown> | undefined;
  /** The exporter promises that what it says is true (申请人承诺). */
  promise?: boolean | undefined;
  /** An issued certificate this one stands in for: amended (1) or re-issued (2), and why. */
  replaces?: { id: string; status: '1' | '2'; reason: string } | undefined;
}

/** A goods line one may choose, in the unit it was declared in. */
export interface Choice {
  declarationId: string;
  orderNo: string;
  gnum: string;
  name: string;
  declared: string;
  /** Held by other certificates. */
  covered: string;
  left: string;
}

export interface Draft {
  tenantId: string;
  application: Application;
  /** The form as it would be written; its number is empty until it is handed in, unless a person gave one. */
  data: FormData;
  agreements: Agreement[];
  choices: Choice[];
  faults: Fault[];
  /** Code of the seller, as its orders name it. */
  seller: string;
  /** The number a person gave. */
  certNo: string | undefined;
  /** The root of the line of certificates it belongs to, where it stands in for another. */
  root: string | undefined;
}

/**
 * Puts an application together from the declarations, the goods master, the registry and what people give, and names
 * everything that is still wrong or missing. Nothing is stored. `own` is the root of the certificate whose lines count
 * as free because it is written anew. Throws A03 (404) for a declaration that is not the asker's.
 */
export async function draftCertificate(
  db: Queryable,
  context: CertificateContext,
  access: Pick<Access, 'tenants'>,
  request: Request,
  own?: { root: string; status: string; replaced: Application['replaced']; certNo: string },
): Promise<Draft> {
  const { book, codes, form } = context;
  const day = dayOf(context.clock.now());
  const ids = [...new Set(request.sources.map((s) => s.declarationId))];
  const lists = await listsById(db, ids, access.tenants);
  if (lists.length === 0 || lists.length < ids.length)
    throw new FaultError([notFoundFault('申报 / declaration')], 404);
  const replaces = request.replaces && (await standsFor(db, access, request.replaces));
  const root = own?.root ?? replaces?.root;
  const covered = await coveredSoFar(db, ids, root);
  const choices = lists.flatMap((list) => choicesOf(list, covered));
  const [first] = lists;
  const tenantId = first?.tenantId ?? '';
  const country = first?.order.list.country ?? '';
  const agreements = agreementsFor(book, country, day);
  const type =
    textIn(request.certificate ?? {}, 'CertType') ??
    request.type ??
    replaces?.type ??
    agreements[0]?.type ??
    'C';
  const exporter = await exporterOf(db, first?.order.seller.code ?? '', day);
  const entryIds = await entryIdsOf(db, ids);
  const sources = request.sources.map(({ declarationId, lines }): Source => {
    const list = lists.find((l) => l.id === declarationId);
    if (!list) throw new Error('every source was found');
    const mine = choices.filter((c) => c.declarationId === declarationId && new Dec(c.left).gt(0));
    return {
      declarationId,
      order: list.order,
      invtNo: entryIds.get(declarationId) ?? null,
      lines: lines ?? mine.map((c) => ({ gnum: c.gnum, qty: c.left })),
    };
  });
  const seller = first?.order.seller.code ?? '';
  const certificate = await keptFrom(db, context, tenantId, seller, request.certificate);
  const skus = lists.flatMap((l) => l.order.lines.flatMap((line) => line.itemNo ?? []));
  const replaced = own?.replaced ?? replaces?.replaced;
  const application: Application = {
    ...applicationOf(
      {
        agreement: type,
        status: own?.status ?? request.replaces?.status ?? '0',
        day,
        sources: sources.map((s) => ({ ...s, lines: s.lines.filter((l) => isQuantity(l.qty)) })),
        goods: await findGoods(db, tenantId, skus),
        customsCode: exporter.customsCode,
        ...(replaced ? { replaced } : {}),
        certificate,
      },
      codes,
    ),
    ...(request.promise ? { promise: '1' } : {}),
  };
  if (exporter.code !== undefined) application.exporter.code = exporter.code;
  const given = textIn(certificate, 'CertNo');
  const certNo = given ?? own?.certNo ?? '';
  const { data } = form.compose({
    order: { ...application },
    document: {
      guid: '',
      appType: '1',
      appTime: context.clock.now(),
      appStatus: '2',
      copNo: '',
      key: certNo,
    },
  });
  const faults = [
    ...sourceFaults(lists, sources),
    ...(book.agreements.some((a) => a.type === type)
      ? []
      : [makeFault('O19', 'type', { type, allowed: book.agreements.map((a) => a.type).join('、') }, type)]),
    ...quantityFaults(application.lines, covered, ({ declarationId, gnum }) =>
      declaredOf(choices, declarationId, gnum),
    ),
    ...checkApplication(
      application,
      certNo === '' ? numberFor(application, '0001') : certNo,
      await registryFacts(db, application, data, day, context),
      context,
    ),
  ];
  return {
    tenantId,
    application,
    data,
    agreements,
    choices,
    faults,
    seller,
    certNo: given,
    root,
  };
}

/** What a person gave for a field of the head, if anything. */
function textIn(certificate: Record<string, unknown>, name: string): string | undefined {
  const { CertificateHead: head } = certificate;
  return typeof head === 'object' && head !== null && !Array.isArray(head)
    ? fieldOf(head as FormData, name)?.trim() || undefined
    : undefined;
}

const isQuantity = (text: string): boolean => isPlainDecimal(text) && new Dec(text).gt(0);

const gnumOf = (line: { gnum?: string | undefined }, i: number): string => line.gnum ?? String(i + 1);

const declaredOf = (choices: readonly Choice[], declarationId: string, gnum: string): string =>
  choices.find((c) => c.declarationId === declarationId && c.gnum === gnum)?.declared ?? '0';

function choicesOf(list: CoveredList, covered: Parameters<typeof heldOf>[0]): Choice[] {
  return list.order.lines.map((line, i) => {
    const gnum = gnumOf(line, i);
    const declared = line.qty && isPlainDecimal(line.qty) ? line.qty : '0';
    const held = heldOf(covered, list.id, gnum);
    return {
      declarationId: list.id,
      orderNo: list.orderNo,
      gnum,
      name: line.gname ?? line.itemName ?? '',
      declared,
      covered: new Dec(held).toFixed(),
      left: Dec.max(new Dec(declared).minus(held), 0).toFixed(),
    };
  });
}

/** Declarations after which there is nothing to certify. */
const OVER = ['refused', 'failed', 'sent-back'];
export const isOver = ({ withdrawnAt, verdict }: Pick<CoveredList, 'withdrawnAt' | 'verdict'>): boolean =>
  withdrawnAt !== null || OVER.includes(verdict);

/** What is wrong with the choice of declarations and lines. */
function sourceFaults(lists: readonly CoveredList[], sources: readonly Source[]): Fault[] {
  const faults: Fault[] = [];
  sources.forEach((source, i) => {
    const at = `sources[${i}]`;
    const list = lists.find((l) => l.id === source.declarationId);
    if (!list) return;
    const { orderNo } = list;
    if (list.ieFlag !== 'E') faults.push(makeFault('O15', at, { orderNo }, orderNo));
    if (isOver(list))
      faults.push(
        makeFault(
          'O14',
          at,
          list.withdrawnAt !== null
            ? { orderNo, state: '已撤销', stateEn: 'withdrawn' }
            : { orderNo, state: '已退单', stateEn: 'refused' },
          orderNo,
        ),
      );
    if (source.lines.length === 0) faults.push(makeFault('O07', at, { orderNo, gnum: '—' }, orderNo));
    source.lines.forEach(({ gnum, qty }, n) => {
      if (!isQuantity(qty) || !list.order.lines.some((line, k) => gnumOf(line, k) === gnum))
        faults.push(makeFault('O07', `${at}.lines[${n}]`, { orderNo, gnum }, `${gnum} ${qty}`));
    });
  });
  const alike = [
    {
      zh: '出口企业',
      en: 'exporter',
      of: (l: CoveredList) => `${l.tenantId} ${l.order.seller.code ?? ''}`,
      shown: (l: CoveredList) => l.order.seller.name,
    },
    {
      zh: '目的国',
      en: 'destination',
      of: (l: CoveredList) => l.order.list.country ?? '',
      shown: (l: CoveredList) => l.order.list.country,
    },
    {
      zh: '币制',
      en: 'currency',
      of: (l: CoveredList) => l.order.currency ?? '',
      shown: (l: CoveredList) => l.order.currency,
    },
  ];
  for (const { zh, en, of, shown } of alike)
    if (new Set(lists.map(of)).size > 1)
      faults.push(
        makeFault('O05', 'sources', {
          what: zh,
          whatEn: en,
          values: [...new Set(lists.map((l) => shown(l) ?? '—'))].join('、'),
        }),
      );
  return faults;
}

/** 统一社会信用代码 and 海关备案编码 of the exporter, as far as the registry knows them. */
async function exporterOf(
  db: Queryable,
  code: string,
  day: string,
): Promise<{ code: string | undefined; customsCode: string | undefined }> {
  const { rows } = await db.query<{ code: string; number: string }>(
    `select code, number from enterprise_facts
      where kind = 'customs-filing' and (code = $1 or number = $1) and withdrawn_at is null
        and $2::date between valid_from and coalesce(valid_to, 'infinity') order by valid_from desc limit 1`,
    [code, day],
  );
  const [known] = rows;
  const own = /^[0-9A-Z]{10}$/.test(code) ? code : undefined;
  return { code: known?.code ?? (own ? undefined : code || undefined), customsCode: known?.number || own };
}

/** Numbers of customs declarations (报关单号) by declaration; lists have none. */
async function entryIdsOf(db: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; value: string }>(
    `select d.declaration_id as id, max(n.value) as value from documents d join document_numbers n on n.document_id = d.id
      where d.declaration_id = any($1::uuid[]) and n.kind = 'entryId' group by 1`,
    [ids],
  );
  return new Map(rows.map((r) => [r.id, r.value]));
}

/** What people gave, with what the enterprise fills in alike each time, as it stood in its last application. */
async function keptFrom(
  db: Queryable,
  { book }: CertificateContext,
  tenantId: string,
  seller: string,
  given: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { rows } = await db.query<{ head: unknown }>(
    `select d.filing #> '{certificate,CertificateHead}' as head from certificates c join documents d on d.filing_id = c.id
      where c.tenant_id = $1 and c.exporter_code = $2 order by d.id desc limit 1`,
    [tenantId, seller],
  );
  const last = rows[0]?.head;
  const head = given.CertificateHead;
  if (
    typeof last !== 'object' ||
    last === null ||
    (head !== undefined && (typeof head !== 'object' || head === null))
  )
    return given;
  const kept = Object.entries(last).filter(([name]) => book.rules.keeps.includes(name));
  return { ...given, CertificateHead: { ...Object.fromEntries(kept), ...head } };
}

/** What the registry says of exporter and producers. */
async function registryFacts(
  db: Queryable,
  { exporter }: Application,
  data: FormData,
  day: string,
  { book }: CertificateContext,
): Promise<RegistryFacts> {
  const lines = Array.isArray(data.CertificateList) ? data.CertificateList : [];
  const producers = [...new Set(lines.flatMap((line) => orgCodeOf(fieldOf(line, 'CiqRegNo')) ?? []))];
  const { rows } = await db.query<{ code: string; kind: string; subject: string }>(
    `select code, kind, subject from enterprise_facts
      where withdrawn_at is null and $3::date between valid_from and coalesce(valid_to, 'infinity')
        and ((kind = 'origin-class' and code = $1) or (kind = 'origin-filing' and substr(code, 9, 9) = any($2)))`,
    [exporter.code ?? '', producers, day],
  );
  return {
    class: rows.find((r) => r.kind === 'origin-class')?.subject ?? book.classes.other,
    filed: new Set(rows.flatMap((r) => (r.kind === 'origin-filing' ? (orgCodeOf(r.code) ?? []) : []))),
  };
}
