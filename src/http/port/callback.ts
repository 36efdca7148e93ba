import { createHash, timingSafeEqual } from 'node:crypto';
import express, { Router, type Request } from 'express';
import type { Gateway } from '../../gateway.js';
import { storeRaw } from '../../receipts/inbox.js';
import { addressFilter } from '../addressFilter.js';

/** A receipt has kilobytes; this is room for a file of many. */
const LIMIT = '20mb';
/** Bodies held at once. */
const AT_ONCE = 8;

/**
 * The address a counterpart brings receipts to: `POST /port/receipts/TOKEN`, or `POST /port/receipts` with the token as
 * bearer. Who has no token, or comes from elsewhere than GATEWAY_PORT_CALLBACK_ALLOW says, finds nothing here and nothing of
 * the body is read. "Taken" is answered only when the file is committed, byte for byte; whatever else happens, the
 * counterpart is told to come again, and the same file twice is stored once.
 */
export function receiptCallback(gateway: Gateway): Router {
  const router = Router();
  const { token, allow } = gateway.config.callback;
  const { pushed } = gateway.transport ?? {};
  if (!pushed || token === undefined) return router;
  const isFrom = allow.length === 0 ? () => true : addressFilter(allow);
  const isToken = sameAs(token);
  let held = 0;

  router.post(['/port/receipts', '/port/receipts/:token'], (req, res, next) => {
    if (!isFrom(req.ip) || !isToken(tokenOf(req))) return next();
    if (held >= AT_ONCE) return void res.status(503).set('Retry-After', '1').json(pushed.notTaken);
    held++;
    res.once('close', () => held--);
    express.raw({ type: () => true, limit: LIMIT, inflate: false })(req, res, (error?: unknown) => {
      if (error) return void res.status(statusOf(error)).json(pushed.notTaken);
      const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
      const file = pushed.read(body);
      if (file === 'forged' || body.length === 0) {
        gateway.log.warn(
          { from: req.ip, bytes: body.length },
          'a receipt was brought that is not signed as agreed, or empty',
        );
        return void res.status(403).json(pushed.notTaken);
      }
      storeRaw(gateway.store, [file]).then(
        () => res.json(pushed.taken),
        (failure: unknown) => {
          gateway.log.error({ err: failure }, 'a receipt that was brought is not stored');
          res.status(503).json(pushed.notTaken);
        },
      );
    });
  });
  return router;
}

const tokenOf = (req: Request<{ token?: string }>): string =>
  req.params.token ?? /^Bearer (.+)$/.exec(req.get('Authorization') ?? '')?.[1] ?? '';

/** Compares in a time that says nothing about where two texts differ. */
function sameAs(secret: string): (text: string) => boolean {
  const hash = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  const wanted = hash(secret);
  return (text) => timingSafeEqual(hash(text), wanted);
}

const statusOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : 400;
