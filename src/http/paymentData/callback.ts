import express, { Router } from 'express';
import type { Gateway } from '../../gateway.js';
import { openRequest, type OpenAnswer } from '../../paymentData/requests.js';
import { openRequestSchema } from '../../paymentData/shapes.js';
import { addressFilter } from '../addressFilter.js';

/**
 * The address customs calls for raw payment data: `POST …/platDataOpen`, one form field `openReq`. It says nothing about
 * who customs is, so only addresses of the setting GATEWAY_179_ALLOW are answered; others find nothing here. The answer
 * has HTTP status 200 and a code of its own, as the interface text wants it.
 */
export function paymentDataCallback(gateway: Gateway): Router {
  const router = Router();
  const { allow } = gateway.config.customs179;
  if (allow.length === 0) return router;
  const isAllowed = addressFilter(allow);
  router.post('/customs179/platDataOpen', (req, res, next) => {
    if (!isAllowed(req.ip)) return next();
    express.urlencoded({ extended: false, limit: '4kb' })(req, res, (error?: unknown) => {
      const answer = (body: OpenAnswer) => res.json({ ...body, serviceTime: Date.now() });
      const asked = error ? undefined : openReqOf(req.body);
      if (!asked) return void answer({ code: '20000', message: '请求参数不正确' });
      openRequest(gateway.store, asked.orderNo, asked.sessionID).then(answer, (failure: unknown) => {
        gateway.log.error({ err: failure }, 'request for raw payment data not stored');
        answer({ code: '20000', message: '系统繁忙，请重试' });
      });
    });
  });
  return router;
}

function openReqOf(form: unknown): { orderNo: string; sessionID: string } | undefined {
  const field: unknown =
    typeof form === 'object' && form !== null && 'openReq' in form ? form.openReq : undefined;
  if (typeof field !== 'string' || field.includes('\\u0000')) return undefined;
  try {
    const parsed = openRequestSchema.safeParse(JSON.parse(field));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
