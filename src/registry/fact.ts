import { hasUsccForm, isRegistrationCode } from '../checks/enterpriseCode.js';
import { choiceOf } from '../sheets/sheet.js';
import type { Text } from '../terms/text.js';
import type { RegistryKind, RegistryKinds } from './kinds.js';

/** One dated fact of an enterprise as it is recorded. Days yyyy-MM-dd (Asia/Shanghai), both included; blanks are ''. */
export interface RegistryFact {
  code: string;
  kind: string;
  subject: string;
  value: string;
  number: string;
  note: string;
  validFrom: string;
  validTo: string | null;
  source: string;
}

const FIRST_YEAR = 2000;
const LAST_YEAR = 2100;

/**
 * Reads what somebody wrote (by column of the sheet `registry`) as a fact: kind and subject by any of their names. Gives
 * back what is wrong, in words.
 */
export function readFact(
  given: Readonly<Record<string, string>>,
  kinds: RegistryKinds,
): { fact: RegistryFact } | { problems: Text[] } {
  const problems: Text[] = [];
  const code = (given.code ?? '').normalize('NFKC').replace(/\s/g, '').toUpperCase();
  if (!hasUsccForm(code) && !isRegistrationCode(code))
    problems.push({
      zh: `${code} 不是统一社会信用代码，也不是海关注册编码`,
      en: `${code} is neither a unified social credit code nor a customs registration code`,
    });
  const kind = kinds.named(given.kind ?? '');
  if (!kind) {
    problems.push({
      zh: `没有“${given.kind ?? ''}”这一登记事项`,
      en: `the registry has no fact "${given.kind ?? ''}"`,
    });
    return { problems };
  }
  const subject = subjectOf(kind, given.subject ?? '');
  if (typeof subject !== 'string') problems.push(subject);
  const value = kind.value === undefined ? '' : choiceOf(kind.value, given.value ?? '')?.code;
  if (value === undefined)
    problems.push({
      zh: `“${kind.text.zh}”的结果须为：${kind.value?.map((w) => w.text.zh).join('、') ?? ''}`,
      en: `the value of "${kind.text.en}" is one of: ${kind.value?.map((w) => w.text.en).join(', ') ?? ''}`,
    });
  const byYear = kind.subject === 'year' && typeof subject === 'string' ? subject : undefined;
  const validFrom = given.validFrom ?? (byYear && `${byYear}-01-01`);
  const validTo = given.validTo ?? (byYear ? `${byYear}-12-31` : null);
  if (validFrom === undefined) problems.push({ zh: '必须填写起始日期', en: 'the first day is required' });
  else if (validTo !== null && validTo < validFrom)
    problems.push({ zh: '截止日期早于起始日期', en: 'the last day is before the first' });
  if (!given.source) problems.push({ zh: '必须填写来源', en: 'the source is required' });
  if (problems.length > 0 || validFrom === undefined || typeof subject !== 'string') return { problems };
  return {
    fact: {
      code,
      kind: kind.id,
      subject,
      value: value ?? '',
      number: given.number ?? '',
      note: given.note ?? '',
      validFrom,
      validTo,
      source: given.source ?? '',
    },
  };
}

function subjectOf(kind: RegistryKind, text: string): string | Text {
  if (kind.subject === 'none') return '';
  if (kind.subject === 'free')
    return text === ''
      ? { zh: `“${kind.text.zh}”须填写内容`, en: `"${kind.text.en}" needs its content` }
      : text;
  if (kind.subject === 'year') {
    const year = Number(/^(\d{4})年?$/.exec(text)?.[1] ?? NaN);
    return year >= FIRST_YEAR && year <= LAST_YEAR
      ? String(year)
      : { zh: `“${kind.text.zh}”的内容须为年份`, en: `the content of "${kind.text.en}" is a year` };
  }
  const found = choiceOf(kind.subject, text)?.code;
  return (
    found ?? {
      zh: `“${kind.text.zh}”的内容须为：${kind.subject.map((w) => w.text.zh).join('、')}`,
      en: `the content of "${kind.text.en}" is one of: ${kind.subject.map((w) => w.text.en).join(', ')}`,
    }
  );
}
