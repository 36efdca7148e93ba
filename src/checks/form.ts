import type { Text } from '../terms/text.js';
import type { Order } from '../orders/order.js';
import { byDeclaration, type Form, type Regime } from '../orders/regimes.js';
import type { ExchangeRates } from './check.js';
import { excludedAt, excluding } from './exclusions.js';
import { isSingleArticle, limitsOf, measureInCny } from './limits.js';

/** Why an order goes by goods declaration: an entry of its regime, or because the order brings one. */
export interface FormReason {
  id: string;
  /** The place in the order that is the reason. */
  path: string;
  text: Text;
  source: string;
  /** False where nobody of the project has read the source itself. */
  seen: boolean;
}

export interface OrderForm {
  form: Form;
  reasons: FormReason[];
}

const asked: Omit<FormReason, 'path'> = {
  id: 'asked',
  text: { zh: '订单带有报关单内容，按报关单申报', en: 'The order brings data of a goods declaration' },
  source: '跨境电商 B2B 出口报关单申报指引：以报关单申报没有金额限制',
  seen: true,
};

/**
 * Which way an order goes, by the data of its regime: by goods declaration when the regime knows one and an exclusion or a
 * limit of its list sends the order there, or the order itself asks for it. A limit decides only at official rates.
 */
export function formOf(
  order: Order,
  regime: Regime | undefined,
  date: string,
  rates: ExchangeRates,
): OrderForm {
  if (!regime?.declaration || regime.declaration.validFrom > date)
    return { form: regime?.form ?? 'list', reasons: [] };
  const reasons: FormReason[] = excluding(order, { regime, date })
    .filter((exclusion) => exclusion.otherwise === 'goods-declaration')
    .map((exclusion) => {
      const { id, path, text, source, seen } = exclusion;
      return { id, path: excludedAt(order, exclusion)[0]?.at ?? path, text, source, seen };
    });
  for (const limit of limitsOf(order, { regime, date })) {
    if (limit.otherwise !== 'goods-declaration' || (limit.singleArticle && isSingleArticle(order))) continue;
    if (!rates.official && rates.iso(order.currency ?? '') !== 'CNY') continue;
    const { id, text, source, seen } = limit;
    if (measureInCny(order, limit, date, rates)?.gt(limit.maxCny))
      reasons.push({ id, path: 'goodsValue', text, source, seen });
  }
  for (const path of ['declaration', 'application'] as const)
    if (order[path] !== undefined && reasons.length === 0) reasons.push({ ...asked, path });
  return { form: reasons.length > 0 ? 'goods-declaration' : 'list', reasons };
}

/** The regime in the form an order takes. */
export const inForm = (regime: Regime | undefined, form: Form): Regime | undefined =>
  regime && form === 'goods-declaration' ? byDeclaration(regime) : regime;
