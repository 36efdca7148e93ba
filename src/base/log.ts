import { pino, stdSerializers, type Logger } from 'pino';

export type Log = Logger;

/** Names of values that may identify a person or open something; they never reach a log line, however deep they stand. */
const PERSONAL: ReadonlySet<string> = new Set([
  'name',
  'telephone',
  'phone',
  'email',
  'address',
  'idnumber',
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
]);
/** Below this nothing is written at all. */
const DEEPEST = 6;

/** What is written of a value: errors with what they carry, and in place of personal values a mark. */
function shown(value: unknown, depth: number): unknown {
  if (value instanceof Error) return shown({ ...stdSerializers.err(value) }, depth);
  const isList = Array.isArray(value);
  const isPlain =
    Object.prototype.toString.call(value) === '[object Object]' && !('toJSON' in (value as object));
  if (!isList && !isPlain) return value;
  if (depth > DEEPEST) return '[deep]';
  if (isList) return value.map((item: unknown) => shown(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, inner]: [string, unknown]) => [
      key,
      PERSONAL.has(key.toLowerCase()) ? '[hidden]' : shown(inner, depth + 1),
    ]),
  );
}

/** JSON lines on stderr, so that a command's own output on stdout stays clean. */
export function makeLog(level: string): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (given) => shown(given, 0) as Record<string, unknown> },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
