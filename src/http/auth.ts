import type { Request } from 'express';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import { accessOfApiKey, accessOfSession } from '../enterprises/identity.js';
import type { Queryable } from '../store/store.js';

export const SESSION_COOKIE = 'gateway_session';
export const CONSOLE_HEADER = 'x-requested-with';
const CONSOLE = 'gateway-console';

/** The value of a cookie; the gateway's own are base64url, in which nothing is ever percent-encoded. */
export function cookieOf(req: Request, name: string): string | undefined {
  const pair = (req.headers.cookie ?? '')
    .split(';')
    .map((c) => c.trim())
    .find((c) => c.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

export const sessionToken = (req: Request): string | undefined => cookieOf(req, SESSION_COOKIE);

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
