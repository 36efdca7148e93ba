import { dayOf, type Clock } from './base/clock.js';
import { releaseAttachments } from './certificates/attachments.js';
import type { CertificateBook } from './certificates/book.js';
import type { CertificateContext } from './certificates/context.js';
import { FaultError, type Fault } from './base/fault.js';
import type { Log } from './base/log.js';
import type { EnterpriseFacts } from './checks/enterpriseFacts.js';
import type { Checker } from './checks/checkOrder.js';
import { everyFault, sampleDocument, type UnderWay } from './checks/everyFault.js';
import { inForm, type OrderForm } from './checks/form.js';
import { yearLimitFault, yearLimitsOf } from './checks/limits.js';
import { ruleFault } from './checks/rules.js';
import { estimateTax, type TaxTables } from './checks/tax.js';
import type { StatusBook } from './clearance/statuses.js';
import type { AcceptContext } from './declarations/accept.js';
import { newFormKey, type DocumentPlan } from './declarations/plan.js';
import type { ListState, RefreshContext } from './declarations/refresh.js';
import { signAndVerify } from './documents/seal.js';
import { familyDocument, type PrepareContext, type WrittenDocument } from './documents/prepare.js';
import { countLists, type CountingContext } from './figures/counting.js';
import { countHistory, historyNumbered } from './figures/history.js';
import type { Rates } from './figures/rates.js';
import { uncountedRegimes, type CountingRule } from './figures/rule.js';
import type { FilingContext } from './filings/context.js';
import { settleFiled } from './declarations/claims.js';
import type { NumberRule } from './declarations/numbers.js';
import { followFilings } from './filings/effects.js';
import type { FilingKinds, Words } from './filings/kinds.js';
import { claimPushed, storePushed, type PushContext } from './filings/pushed.js';
import type { PushedKind } from './filings/pushedKinds.js';
import { followInspections } from './inspections/tasks.js';
import type { InspectionRule } from './inspections/rule.js';
import { departLines } from './ledger/departures.js';
import type { Catalogue } from './messages/catalogue.js';
import type { Messages, UnsignedMessage } from './messages/compile.js';
import { ATTACHMENT } from './messages/families/cooFile.js';
import type { Families } from './messages/families/families.js';
import type { Transfer } from './messages/values.js';
import type { Order } from './orders/order.js';
import { isSent } from './orders/documentNeed.js';
import { ieFlagOf, type IeFlag, type Regime, type Regimes } from './orders/regimes.js';
import type { ApplyContext } from './receipts/apply.js';
import type { ReadFile } from './receipts/facts.js';
import { readReceiptFile } from './receipts/read.js';
import { byRegistry } from './registry/lookups.js';
import type { Signer, SignerRegistry } from './signing/signer.js';
import type { SigningProfile } from './signing/profiles.js';
import type { SweepContext } from './sweeps/stranded.js';
import type { Queryable } from './store/store.js';

/** What the journey is made of; read once at start (`rulebook.ts`). */
export interface JourneyParts {
  clock: Clock;
  catalogue: Catalogue;
  messages: Messages;
  regimes: Regimes;
  checker: Checker;
  rates: Rates;
  countingRule: CountingRule;
  families: Families;
  statuses: StatusBook;
  filingKinds: FilingKinds;
  words: Words;
  /** What customs sends unasked (汇总结果、税单). */
  pushedKinds: ReadonlyMap<string, PushedKind>;
  tax: TaxTables;
  /** What the inspection of goods is told by, and which goods go first. */
  inspections: InspectionRule;
  /** Which certificate of origin for which destination, and what it must say. */
  certificates: CertificateBook;
  /** Numbers that belong to one declaration at a time. */
  numbers: readonly NumberRule[];
  /** Reads a file of receipts, a large one apart from the process; in it when left out. */
  readReceipts?: (bytes: Buffer, origin: string) => Promise<ReadFile>;
  signers: SignerRegistry;
  /** Codes of the enterprises whose key is held; none when left out. */
  keysHeld?: () => string[];
  profile: SigningProfile;
  transfer: Transfer;
  batch: number;
}

/**
 * What the rooms need of each other to take their step, put together from the parts: plans of regimes, and one context
 * for each room. The steps themselves are told by `journey.ts`.
 */
export abstract class Wiring {
  constructor(protected readonly parts: JourneyParts) {}

  /** Every fault of an order; none means it may go. One under way is held against what it was accepted with. */
  check(order: Order, underWay?: UnderWay): Fault[] {
    return everyFault(order, this.parts, underWay);
  }

  /** After documents moved: what waited for them may go, and their declarations show it. */
  abstract refresh(tx: Queryable, declarationIds: string[], lists?: readonly ListState[]): Promise<void>;

  /** Writes counting records of declarations that customs cleared, and of what it granted to take back. */
  abstract count(tx: Queryable, declarationIds: string[]): Promise<void>;

  /** What the registry's facts say against the parties of an order on its date. */
  checkRegistry(order: Order, enterprises: EnterpriseFacts): Fault[] {
    return this.parts.checker.checkRegistry(order, enterprises);
  }

  /** The documents that this order sends: those its regime asks for on its date, and optional ones it has the data of. */
  documentsOf(order: Order): DocumentPlan[] {
    const { date } = this.parts.checker.situationOf(order);
    const found = this.parts.regimes.regimeOn(
      order.regime ?? '',
      ieFlagOf(order),
      dayOf(this.parts.clock.now()),
    );
    const { documents = [] } = inForm(found, this.formOf(order).form) ?? {};
    return this.plan(documents.filter((document) => isSent(order, document, date)));
  }

  /** Whether an order goes by list (清单) or goods declaration (报关单), and why. */
  formOf(order: Order): OrderForm {
    return this.parts.checker.formOf(order);
  }

  /** Every document of a regime in force today, in the order they are sent. */
  planOf(regime: string, ieFlag: IeFlag = 'E'): DocumentPlan[] {
    const found = this.parts.regimes.regimeOn(regime, ieFlag, dayOf(this.parts.clock.now()));
    return this.plan(found?.documents ?? []);
  }

  private plan(documents: Regime['documents']): DocumentPlan[] {
    return documents.map((d) => {
      const mapping = this.parts.messages.get(d.message)?.mapping;
      if (!mapping) throw new Error(`no mapping of ${d.message}`);
      return { mapping, after: d.after, ...this.planOfMessage(d.message) };
    });
  }

  /** What its family says of a document before it is planned: whether it needs a key, how it is numbered, what is missing. */
  planOfMessage(messageType: string): Pick<DocumentPlan, 'signed' | 'newKey' | 'isComplete'> {
    const message = this.parts.families.message(messageType);
    const { document } = this.parts.messages.get(messageType)?.mapping ?? {};
    if (!message?.isComplete) return {};
    return {
      signed: message.seal.signature !== 'none',
      newKey: (now) => newFormKey(document, now),
      isComplete: (order) => message.isComplete?.({ order, document: sampleDocument }) ?? true,
    };
  }

  acceptContext(submittedBy: string, importId?: string): AcceptContext {
    return {
      clock: this.parts.clock,
      signers: this.parts.signers,
      documentsOf: (order) => this.documentsOf(order),
      numbers: this.parts.numbers,
      storeFault: ruleFault,
      yearLimitsOf: (order) => yearLimitsOf(order, this.parts.checker.situationOf(order), this.parts.rates),
      yearLimitFault,
      returnMessages: [...this.parts.filingKinds.values()]
        .filter((kind) => kind.effect === 'returned')
        .map((kind) => kind.message),
      submittedBy,
      ...(importId === undefined ? {} : { importId }),
    };
  }

  /** The canonical form of one message of up to a hundred documents. Throws RangeError for one not signed so. */
  build(
    messageType: string,
    guid: string,
    documents: readonly WrittenDocument[],
    appTime: Date,
  ): UnsignedMessage {
    const seal = this.parts.families.message(messageType)?.seal;
    if (seal?.signature !== 'enveloped') throw new RangeError(`${messageType} has no enveloped signature`);
    return seal.write(
      documents.map((d) => familyDocument(d, appTime)),
      { guid, transfer: this.parts.transfer },
    );
  }

  /** The exact bytes of a form that leaves unsigned, proved. Throws FaultError with what stands in the way. */
  draft(messageType: string, document: WrittenDocument, appTime: Date): Buffer {
    const seal = this.parts.families.message(messageType)?.seal;
    if (seal?.signature !== 'none') throw new RangeError(`${messageType} does not leave unsigned`);
    const transfer = this.parts.transfer;
    const bytes = seal.write([familyDocument(document, appTime)], { guid: document.guid, transfer });
    const faults = seal.prove(bytes);
    if (faults.length > 0) throw new FaultError(faults);
    return bytes;
  }

  /** What a message carries, as its mapping names it; undefined for one that is not sent. */
  documentOf(messageType: string): string | undefined {
    return this.parts.messages.get(messageType)?.mapping.document;
  }

  /** Signs, then lets a separate code path verify the exact bytes. Throws GateError. */
  signAndVerify(unsigned: UnsignedMessage, signer: Signer): Promise<Buffer> {
    return signAndVerify(unsigned, signer, this.parts.profile, this.parts.clock.now());
  }

  prepareContext(log: Log): PrepareContext {
    return {
      log,
      refresh: (tx, ids) => this.refresh(tx, ids),
      clock: this.parts.clock,
      signers: this.parts.signers,
      families: this.parts.families,
      profile: this.parts.profile,
      transfer: this.parts.transfer,
      batch: this.parts.batch,
      keyMonths: (messageType) => {
        const kind = this.parts.catalogue.message(messageType)?.document;
        return this.parts.numbers.find((n) => n.document === kind)?.months;
      },
    };
  }

  protected refreshContext(): RefreshContext {
    return {
      isList: (messageType) => this.parts.families.message(messageType)?.declares ?? false,
      inspects: (messageType) => this.parts.families.message(messageType)?.inspects ?? false,
    };
  }

  /** Filings (运抵单、总分单、离境单、汇总、撤销、退货…) go the same way once they are stored, written from data of their own. */
  filingContext(): FilingContext {
    const { clock, signers, messages, filingKinds: kinds, words } = this.parts;
    return { clock, signers, messages, kinds, words, follow: (tx, ids) => this.followFilings(tx, ids) };
  }

  /** Applications for certificates of origin are written from data of their own as well. Throws where no mapping has them. */
  certificateContext(): CertificateContext {
    const { clock, certificates: book, catalogue, families } = this.parts;
    const form = catalogue.forms.find(({ mapping }) => mapping.document === 'certificate');
    const message = form && families.message(form.mapping.message);
    const attachment = families.message(ATTACHMENT);
    if (!form || !message || !attachment) throw new Error('no mapping of certificates of origin');
    return { clock, book, form, message, attachment, codes: catalogue.codes };
  }

  /** What the sweeps need to find whatever could go on and does not. */
  sweepContext(log?: Log): SweepContext {
    return {
      answers: this.parts.catalogue
        .messages()
        .flatMap((m) => (m.receiptOf ? [{ messageType: m.message, receiptOf: m.receiptOf }] : [])),
      apply: this.applyContext(log),
      uncountedRegimes: uncountedRegimes(this.parts.countingRule),
      keysHeld: () => this.parts.keysHeld?.() ?? [],
    };
  }

  /** Receipts: read by their family behind the one parser door, applied in any order, each effect once. */
  applyContext(log?: Log): ApplyContext {
    return {
      log,
      statuses: this.parts.statuses,
      read: this.parts.readReceipts ?? (async (bytes, origin) => readReceiptFile(bytes, this.parts, origin)),
      acceptance: (messageType, edition) =>
        this.parts.families.message(messageType, edition ?? undefined)?.acceptance,
      receiptOf: (messageType) => this.parts.catalogue.message(messageType)?.receiptOf,
      isList: (messageType) => this.parts.families.message(messageType)?.declares ?? false,
      applications: this.parts.families.inspecting(),
      inspectable: (messageType) => messageType in this.parts.inspections.messages,
      inspect: (tx, documents) => followInspections(tx, documents, this.parts.inspections),
      refresh: (tx, ids, lists) => this.refresh(tx, ids, lists),
      count: (tx, ids) => this.count(tx, ids),
      filed: (tx, ids) => this.followFilings(tx, ids),
      push: async (tx, pushed) => {
        await storePushed(tx, this.pushContext(), pushed);
        // What customs merged was counted by its lists; a file that brought the declaration before yields.
        const numbers = pushed.flatMap((p) => p.body.head.entryId ?? []);
        await countHistory(tx, this.countingContext(), await historyNumbered(tx, numbers));
      },
      claim: (tx, numbers) => claimPushed(tx, this.pushContext(), numbers),
    };
  }

  private async followFilings(tx: Queryable, documentIds: string[]): Promise<string[]> {
    const given = await followFilings(tx, this.parts.filingKinds, documentIds, async (t, moved, grants) => {
      await countLists(t, this.countingContext(), moved, grants);
      await departLines(t, moved);
    });
    await settleFiled(tx, documentIds);
    await releaseAttachments(tx, documentIds);
    return given;
  }

  protected countingContext(): CountingContext {
    const { rates, countingRule: rule, statuses } = this.parts;
    return {
      rates,
      rule,
      attribute: byRegistry,
      isInspection: (status, messageType) => statuses.meaning(status, messageType).verdict === 'inspection',
      isDeclaration: (messageType) => this.documentOf(messageType) === 'declaration',
    };
  }

  private pushContext(): PushContext {
    const { pushedKinds: kinds, regimes, tax, clock } = this.parts;
    const date = dayOf(clock.now());
    return {
      kinds,
      estimateTax: (order) => {
        const limits = regimes.regimeOn(order.regime ?? '', ieFlagOf(order), date)?.limits;
        const estimate = estimateTax(order, date, tax, limits);
        // Part of a tax is no tax to compare with.
        return estimate && estimate.missing.length === 0 ? estimate : undefined;
      },
    };
  }
}
