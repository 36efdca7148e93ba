import type { Request } from 'express';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import { accessOfApiKey, accessOfSession } from '../enterprises/identity.js';
import type { Queryable } from '../store/store.js';

export const SESSION_COOKIE = 'gateway_session';
export const CONSOLE_HEADER = 'x-requested-with';
const CONSOLE = 'gateway-console';

export function sessionToken(req: Request): string | undefined {
  const pair = (req.headers.cookie ?? '')
    .split(';')
    .map((c) => c.trim())
    .find((c) => c.startsWith(`${SESSION_COOKIE}=`));
  // Tokens are base64url: nothing in them is ever percent-encoded.
  return pair?.slice(SESSION_COOKIE.length + 1);
}

/**
 * Who sends the request: an API key (`Authorization: Bearer`) or a console session (cookie). A cookie alone may not
 * change anything: the console's own header must come with it, which another site cannot send. Throws A01 (401).
 */
export async function authenticate(db: Queryable, req: Request): Promise<Access> {
  const [scheme, credential] = (req.headers.authorization ?? '').split(' ');
  let access: Access | undefined;
  if (scheme?.toLowerCase() === 'bearer' && credential) access = await accessOfApiKey(db, credential);
  else {
    const token = sessionToken(req);
    const safe = req.method === 'GET' || req.method === 'HEAD' || req.headers[CONSOLE_HEADER] === CONSOLE;
    if (token && safe) access = await accessOfSession(db, token);
  }
  if (!access) throw new FaultError([makeFault('A01', 'authorization')], 401);
  return access;
}

/** Counts sign-ins that did not succeed per key and refuses for a while after too many; lives in this process only. */
export class AttemptLimit {
  private readonly failures = new Map<string, { count: number; until: number }>();

  constructor(
    private readonly max: number,
    private readonly windowMs: number,
  ) {}

  /** Throws A11 (429) while the key is held back. */
  check(key: string, now: number): void {
    const entry = this.failures.get(key);
    if (entry && entry.until > now && entry.count >= this.max) {
      const seconds = String(Math.ceil((entry.until - now) / 1000));
      throw new FaultError([makeFault('A11', 'password', { seconds })], 429);
    }
  }

  fail(key: string, now: number): void {
    const entry = this.failures.get(key);
    const count = entry && entry.until > now ? entry.count + 1 : 1;
    this.failures.set(key, { count, until: now + this.windowMs });
    if (this.failures.size > 10_000)
      for (const [k, e] of this.failures) if (e.until <= now) this.failures.delete(k);
  }

  clear(key: string): void {
    this.failures.delete(key);
  }
}
