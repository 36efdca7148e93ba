import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Names of values that may identify a person; they never reach a log line, however deep. */
const PERSONAL = [
  'name',
  'telephone',
  'phone',
  'email',
  'address',
  'idNumber',
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
];

/** JSON lines on stderr, so that a command's own output on stdout stays clean. */
export function makeLog(level: string): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: PERSONAL.flatMap((k) => [k, `*.${k}`, `*.*.${k}`]), censor: '[hidden]' },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
