import { bySeverity, type Fault } from '../base/fault.js';
import type { Text } from '../terms/text.js';
import type { Catalogue } from '../messages/catalogue.js';
import type { CompiledMessage, Messages } from '../messages/compile.js';
import { mergeFaults } from '../messages/fieldFaults.js';
import { tooManyLines } from '../messages/lineLimit.js';
import { isSent, needOn, type DocumentNeed } from '../orders/documentNeed.js';
import { leavesOf } from '../orders/leaves.js';
import type { Order } from '../orders/order.js';
import type { Form, IeFlag, Otherwise, Regime, Regimes } from '../orders/regimes.js';
import type { ExchangeRates, Situation } from './check.js';
import type { Checker } from './checkOrder.js';
import { isSingleArticle, limitsOf, measureInCny } from './limits.js';
import { sampleDocument } from './everyFault.js';
import { excluding } from './exclusions.js';
import { inForm, type OrderForm } from './form.js';
import { waysInsteadOf, type Way } from './ways.js';

/** One document that a regime asks for, and who may answer for it by this order. */
export interface AdvisedDocument {
  message: string;
  title: Text;
  /** `optional`: sent where the order has its data. */
  need: DocumentNeed;
  by: Text;
  /** Parties of the order in those roles, in order of preference. */
  parties: { role: string; code: string; name: string }[];
  after: readonly string[];
}

export interface AdvisedLimit {
  id: string;
  text: Text;
  per: 'order' | 'buyer-year';
  maxCny: string;
  /** What the order comes to; null without a rate or a readable amount. */
  amountCny: string | null;
  /** Whether this order alone is within it. */
  within: boolean | null;
  otherwise: Otherwise;
  source: string;
}

/** A goods declaration, as the adviser names it. */
export type AdvisedWay = Pick<Way, 'supervision' | 'system' | 'title' | 'text' | 'source'>;

/** What it would mean to declare an order under one regime (and statistics flag). */
export interface RegimeAdvice {
  regime: string;
  ieFlag: IeFlag;
  /** Null where lists of the regime have none. */
  statisticsFlag: string | null;
  title: Text;
  /** True for what the order says now. */
  current: boolean;
  /** What would have to change in the order, before faults are looked at. */
  changes: { path: string; from: string | null; to: string | null }[];
  /** What this order would be declared by under the regime: its form, or a goods declaration above its limits. */
  form: 'list' | 'goods-declaration';
  declares: Text;
  /** Where a list will not do: the goods declarations that do, the nearest first, and the rules that ask for one. */
  goodsDeclaration: { ways: AdvisedWay[]; because: { rule: string; text: Text; source: string }[] } | null;
  documents: AdvisedDocument[];
  /** True when a payment document must be sent before the list. */
  paymentReceipt: boolean;
  /** Every fault the order would have after the changes, and what would be doubtful. */
  faults: Fault[];
  notices: Fault[];
  limits: AdvisedLimit[];
  counts: Regime['counts'];
  notes: readonly Text[];
  recommended: boolean;
  why: Text;
}

export interface AdviceParts {
  regimes: Regimes;
  rates: ExchangeRates;
  checker: Checker;
  catalogue: Catalogue;
  messages: Messages;
  /** Goods declarations that stand in for lists. */
  ways: readonly Way[];
}

/**
 * Compares the regimes open to an order, those of its direction in force on its date, one entry for each statistics
 * flag: documents and who answers for them, the faults it would have, limits, how figures count it. At most one is
 * recommended: the current one when it has no fault, else one without fault that leaves the kind of trade as it is.
 * Pure; the order is normalised and is not changed.
 */
export function advise(order: Order, parts: AdviceParts): RegimeAdvice[] {
  const { date, ieFlag } = parts.checker.situationOf(order);
  const open = parts.regimes.inForceOn(date).filter((regime) => regime.ieFlag === ieFlag);
  const options = open.flatMap((regime) =>
    (regime.statisticsFlags.length > 0 ? regime.statisticsFlags : [undefined]).map((flag) =>
      option(order, regime, flag, parts),
    ),
  );
  const best =
    options.find((o) => isClean(o) && o.current) ??
    options.find((o) => isClean(o) && o.regime === order.regime) ??
    options.find((o) => isClean(o) && keepsTrade(o));
  return options.map((o) => ({ ...adviceOf(o), recommended: o === best, why: reason(o, best) }));
}

interface Option extends Omit<RegimeAdvice, 'recommended' | 'why'> {
  /** The form in which the order would be taken in: a goods declaration of the regime's own has no limit of value. */
  takes: Form;
}

const adviceOf = ({ takes: _takes, ...advice }: Option): Omit<RegimeAdvice, 'recommended' | 'why'> => advice;

/** Without fault, and within what an order of the regime may be worth in its form, even where a sample rate says it. */
const isClean = (o: Option): boolean =>
  o.faults.length === 0 &&
  !o.limits.some(
    (limit) =>
      limit.per === 'order' &&
      limit.within === false &&
      !(o.takes === 'goods-declaration' && limit.otherwise === 'goods-declaration'),
  );
const keepsTrade = (o: Option): boolean => !o.changes.some((change) => change.path === 'orderType');

function option(order: Order, regime: Regime, flag: string | undefined, parts: AdviceParts): Option {
  const switched: Order = {
    ...order,
    regime: regime.regime,
    ieFlag: regime.ieFlag,
    orderType: regime.orderTypes.includes(order.orderType ?? '') ? order.orderType : regime.orderTypes[0],
    list: { ...order.list, statisticsFlag: flag },
  };
  const changes = [
    { path: 'regime', from: order.regime, to: switched.regime },
    { path: 'orderType', from: order.orderType, to: switched.orderType },
    { path: 'list.statisticsFlag', from: order.list.statisticsFlag, to: flag },
  ]
    .filter(({ from, to }) => from !== to)
    .map(({ path, from, to }) => ({ path, from: from ?? null, to: to ?? null }));
  const limits = advisedLimits(switched, regime, parts);
  // Why no list will do is asked of the list; documents and faults are those of the form the order would be taken in.
  const situation = parts.checker.situationOf(switched, undefined, 'list');
  const { form: takes, reasons } = parts.checker.formOf(switched);
  const taken = inForm(regime, takes) ?? regime;
  const messages = taken.documents
    .filter((d) => isSent(switched, d, situation.date))
    .flatMap(({ message }) => parts.messages.get(message) ?? []);
  const tooLong = tooManyLines(
    order.lines.length,
    messages.map((message) => message.mapping),
  );
  const found = tooLong ? [tooLong] : findings(switched, takes, messages, parts);
  const because = whyNoList(switched, situation, { limits, reasons, found });
  return {
    regime: regime.regime,
    ieFlag: regime.ieFlag,
    statisticsFlag: flag ?? null,
    title: regime.title,
    current: changes.length === 0,
    changes,
    form: because.length > 0 ? 'goods-declaration' : regime.form,
    declares: regime.declares,
    goodsDeclaration:
      because.length === 0
        ? null
        : {
            ways: waysInsteadOf(parts.ways, regime, situation.date).map(
              ({ supervision, system, title, text, source }) => ({
                supervision,
                system,
                title,
                text,
                source,
              }),
            ),
            because,
          },
    documents: taken.documents
      .map((d) => advisedDocument(order, d, needOn(d, situation.date), parts.catalogue))
      .filter((d) => d.need !== 'none'),
    takes,
    paymentReceipt: taken.documents.some(
      (d) =>
        parts.catalogue.message(d.message)?.document === 'payment' &&
        needOn(d, situation.date) === 'required',
    ),
    ...bySeverity(found),
    limits,
    counts: regime.counts,
    notes: regime.notes.map(({ zh, en }) => ({ zh, en })),
  };
}

/** Rules whose fault or notice says that a list cannot carry the goods at all. */
const NOT_BY_LIST: ReadonlySet<string> = new Set(['R414', 'R415', 'R417']);

/**
 * The limits, exclusions and conditions for which an order cannot go by list; none when it can. A rule for which the order
 * is taken in as a goods declaration is silent there, and stands among the reasons of its form.
 */
function whyNoList(
  order: Order,
  situation: Situation,
  {
    limits,
    reasons,
    found,
  }: { limits: readonly AdvisedLimit[]; reasons: OrderForm['reasons']; found: readonly Fault[] },
): { rule: string; text: Text; source: string }[] {
  const byDeclaration = (otherwise: Otherwise) => otherwise !== 'summary';
  return [
    ...limits
      .filter((limit) => limit.within === false && byDeclaration(limit.otherwise))
      .map(({ id, text, source }) => ({ rule: id, text, source })),
    ...excluding(order, situation)
      .filter((exclusion) => byDeclaration(exclusion.otherwise))
      .map(({ id, text, source }) => ({ rule: id, text, source })),
    ...reasons
      .filter(({ id }) => NOT_BY_LIST.has(id))
      .map(({ id, text, source }) => ({ rule: id, text, source })),
    ...found
      .filter((fault) => NOT_BY_LIST.has(fault.code) && !isOnSample(fault))
      .map(({ code, message, source }) => ({ rule: code, text: message, source })),
  ];
}

/** What a sample says is no reason to declare otherwise. */
const isOnSample = (fault: Fault): boolean => fault.severity === 'notice';

function findings(
  order: Order,
  form: Form,
  messages: readonly CompiledMessage[],
  { checker }: AdviceParts,
): Fault[] {
  const ruled = checker.check(order, undefined, form);
  const fields = messages.flatMap((message) =>
    message.check({ order, document: sampleDocument }, order.regime ?? ''),
  );
  return mergeFaults([...ruled, ...fields.filter((fault) => !checker.saysAlready(ruled, fault))]);
}

function advisedDocument(
  order: Order,
  { message, by, after }: Regime['documents'][number],
  need: DocumentNeed,
  catalogue: Catalogue,
): AdvisedDocument {
  const mapping = catalogue.message(message);
  const parties = (mapping?.responsible ?? []).flatMap((role) => {
    const party = leavesOf(order, role);
    return party?.code === undefined ? [] : [{ role, code: party.code, name: party.name ?? '' }];
  });
  return { message, title: mapping?.title ?? { zh: message, en: message }, need, by, parties, after };
}

function advisedLimits(order: Order, regime: Regime, { checker, rates }: AdviceParts): AdvisedLimit[] {
  const { date } = checker.situationOf(order);
  return (['order', 'buyer-year'] as const).flatMap((per) =>
    limitsOf(order, { date, regime }, per).map((limit): AdvisedLimit => {
      const cny = measureInCny(order, limit, date, rates);
      const exempt = limit.singleArticle && isSingleArticle(order);
      return {
        id: limit.id,
        text: limit.text,
        per,
        maxCny: limit.maxCny,
        amountCny: cny?.toFixed(2) ?? null,
        within: cny ? exempt || cny.lte(limit.maxCny) : null,
        otherwise: limit.otherwise,
        source: limit.source,
      };
    }),
  );
}

function declarationReason({ goodsDeclaration }: Option): Text {
  const ways = goodsDeclaration?.ways ?? [];
  const zh = ways.map((way) => `${way.title.zh}`).join('，或');
  const en = ways.map((way) => way.title.en).join(', or ');
  const [because] = goodsDeclaration?.because ?? [];
  // A regime that knows no lists has no reason against one either.
  if (!because && ways.length === 0)
    return { zh: '该监管方式以报关单申报', en: 'This regime is declared by goods declaration' };
  return {
    zh: `不能以清单申报${because ? `（${because.text.zh}）` : ''}：应在 H2018 办理${zh}`,
    en: `A list will not do${because ? ` (${because.text.en})` : ''}: ${en}, in H2018`,
  };
}

const byDeclarationText = ({ zh, en }: Text): Text => ({
  zh: `以报关单申报，没有问题（${zh}）`,
  en: `No fault by goods declaration (${en})`,
});

function reason(o: Option, best: Option | undefined): Text {
  if (o === best)
    return o.takes === 'goods-declaration' && o.goodsDeclaration?.because[0]
      ? byDeclarationText(o.goodsDeclaration.because[0].text)
      : o.current
        ? { zh: '现用的监管方式没有问题', en: 'The regime in use has no fault' }
        : { zh: '没有问题，且不改变贸易类型', en: 'No fault, and the kind of trade stays as it is' };
  if (o.form === 'goods-declaration') return declarationReason(o);
  const { length } = o.faults;
  if (length > 0)
    return {
      zh: `有 ${length} 处问题须先改正`,
      en: `${length} ${length === 1 ? 'fault' : 'faults'} to correct first`,
    };
  const trade = o.changes.find((change) => change.path === 'orderType');
  if (trade)
    return {
      zh: `没有问题，但订单类型要由 ${trade.from ?? '空'} 改为 ${trade.to ?? '空'}：只有交易确属“${o.title.zh}”时才可采用`,
      en: `No fault, but the order type changes from ${trade.from ?? 'none'} to ${trade.to ?? 'none'}: only where the trade really is “${o.title.en}”`,
    };
  return { zh: '可用，但没有改变的必要', en: 'Possible, but there is no need to change' };
}
