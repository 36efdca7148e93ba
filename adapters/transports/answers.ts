import type { SendOutcome } from '../../src/dispatch/transport.js';
import { parseJson, textAt, type AnswerRule, type Profile } from './profiles.js';
import type { HttpAnswer } from './httpClient.js';

/** What stands at an attempt whose answer says nothing that the interface knows, for example the page of a login. */
export const UNEXPECTED = 'unexpected answer';

/** What an answer means for a message: by the profile's rules, and where none fits by the status alone. */
export function outcomeOf(answer: HttpAnswer, { answers, words }: Profile['send']): SendOutcome {
  const body = parseJson(answer.text);
  const rule = answers.find((r) => fits(r, answer, body));
  const detail = [`HTTP ${answer.status}`, ...words.flatMap((way) => textAt(body, way) ?? [])]
    .join(' · ')
    .slice(0, 500);
  const retryAfterMs = retryAfter(answer.header('retry-after'));
  const kind = rule?.outcome ?? byStatus(answer.status);
  if (kind === 'retry') return { kind, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (kind !== 'accepted')
    return { kind, detail: rule || answer.status >= 300 ? detail : `${detail} · ${UNEXPECTED}` };
  return answer.status === 200 || answer.status === 202 ? { kind } : { kind, detail };
}

function fits(rule: AnswerRule, answer: HttpAnswer, body: unknown): boolean {
  if (!rule.status.includes(answer.status)) return false;
  if (rule.text) return rule.text.includes(answer.text.trim());
  const found = rule.at === undefined ? undefined : textAt(body, rule.at);
  return found !== undefined && found !== '' && (rule.in?.includes(found) ?? true);
}

function byStatus(status: number): SendOutcome['kind'] {
  // Somebody answered, but not as this interface does: what became of the message, nobody knows.
  if (status < 300) return 'unknown';
  // A redirect is never followed: signed bytes go to the configured host or nowhere.
  if (status < 400) return 'refused';
  if (status === 400 || status === 413 || status === 422) return 'refused';
  // 501 and 505 are said before the body is looked at. After 500, 502, 504 and the rest nobody knows: the server may
  // have stored the message before it failed, a proxy in between cannot tell whether its upstream did.
  if (status >= 500 && status !== 501 && status !== 503 && status !== 505) return 'unknown';
  // Other 4xx (wrong path, missing right) speak of the configuration, not of the message: nothing was taken, and the
  // message must not die of it.
  return 'retry';
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3); undefined when absent or unreadable. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
