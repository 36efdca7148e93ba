import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;
type Words = [zh: string, en: string];

const TYPES: Record<string, Words> = {
  string: ['文本', 'text'],
  number: ['数字', 'a number'],
  int: ['整数', 'a whole number'],
  boolean: ['是或否（true、false）', 'true or false'],
  array: ['列表', 'a list'],
  object: ['一组字段', 'a set of fields'],
  record: ['一组字段', 'a set of fields'],
};
const FORMATS: Record<string, Words> = {
  uuid: ['编号不正确，请使用网关给出的编号', 'is no id of the gateway; use the one it gave'],
  email: ['邮箱地址不正确', 'is no e-mail address'],
  date: ['日期应写作 yyyy-MM-dd', 'is no date; write yyyy-MM-dd'],
  datetime: [
    '时间应写作 ISO 8601，例如 2026-11-21T08:00:00Z',
    'is no time; write ISO 8601, 2026-11-21T08:00:00Z',
  ],
};

/**
 * What a schema finds wrong with a request, in words people use, Chinese first, English second. Texts that a schema was
 * given of its own come before these.
 */
export function schemaWords(issue: Issue): string {
  const [zh, en] = wordsOf(issue);
  return `${zh} / ${en}`;
}

function wordsOf(issue: Issue): Words {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return ['缺少这一项', 'is missing'];
      const [zh, en] = TYPES[issue.expected] ?? ['另一种内容', 'something else'];
      return [`应为${zh}`, `should be ${en}`];
    }
    case 'too_small':
      return limit(issue.origin, Number(issue.minimum), 'least');
    case 'too_big':
      return limit(issue.origin, Number(issue.maximum), 'most');
    case 'invalid_format':
      return FORMATS[issue.format] ?? ['写法不正确', 'is not written as it should be'];
    case 'invalid_value': {
      const values = issue.values.map(String);
      return [`只能是 ${values.join('、')} 之一`, `should be one of ${values.join(', ')}`];
    }
    case 'unrecognized_keys':
      return [`没有名为 ${issue.keys.join('、')} 的项`, `has no field ${issue.keys.join(', ')}`];
    default:
      return ['内容不正确', 'is not as it should be'];
  }
}

function limit(origin: string, bound: number, which: 'least' | 'most'): Words {
  const least = which === 'least';
  if (origin === 'string') {
    if (least && bound === 1) return ['不能为空', 'is empty'];
    return least
      ? [`至少 ${bound} 个字符`, `needs at least ${bound} characters`]
      : [`最多 ${bound} 个字符`, `may have at most ${bound} characters`];
  }
  if (origin === 'array' || origin === 'set')
    return least
      ? [`至少 ${bound} 项`, `needs at least ${bound} entries`]
      : [`最多 ${bound} 项`, `may have at most ${bound} entries`];
  return least
    ? [`不能小于 ${bound}`, `should be at least ${bound}`]
    : [`不能大于 ${bound}`, `should be at most ${bound}`];
}
