import type { ErrorRequestHandler, Response } from 'express';
import { z } from 'zod';
import { FaultError, faultSchema, type Fault } from '../base/fault.js';
import pg from 'pg';
import { limitFaults } from '../base/faultLimit.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Log } from '../base/log.js';
import { isUnavailable } from '../store/store.js';
import { sizeText } from '../orders/read/source.js';
import { discardBody } from './body.js';

/** RFC 9457 problem details. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    reference: z.string().optional(),
    faults: z.array(faultSchema),
  })
  .meta({ id: 'Problem' });

/** Class of PostgreSQL's codes for values that are none: a day of the year 0, a number too great. */
const DATA_EXCEPTION = '22';
/** A database that ended is started again in less. */
const AWAY_SECONDS = 10;

const TITLES: Record<number, string> = {
  400: '请求格式不正确 / Bad request',
  401: '未登录 / Not signed in',
  403: '无权操作 / Not allowed',
  404: '未找到 / Not found',
  409: '与已有数据冲突 / Conflict',
  410: '已失效 / Gone',
  413: '内容过大 / Too large',
  415: '格式不支持 / Unsupported format',
  422: '内容有误 / Faulty content',
  429: '请求过多 / Too many requests',
  500: '网关错误 / Gateway error',
  503: '暂时不能处理 / Busy',
};

/** Answers with RFC 9457 problem details that carry every fault. */
export function sendProblem(
  res: Response,
  status: number,
  faults: readonly Fault[],
  reference?: string,
): void {
  const shown = limitFaults(faults);
  res
    .status(status)
    .type('application/problem+json')
    .json({
      type: 'about:blank',
      title: TITLES[status] ?? String(status),
      status,
      detail: shown
        .slice(0, 10)
        .map((f) => f.message.zh)
        .join('；'),
      ...(reference ? { reference } : {}),
      faults: shown,
    });
}

/**
 * The last handler: faults as they are, A30 (503) while the database or the disk does not do its part, everything else as
 * A13; the log holds the reference of both.
 */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    discardBody(req);
    if (error instanceof FaultError) {
      if (error.retryAfterSeconds) res.set('Retry-After', String(error.retryAfterSeconds));
      sendProblem(res, error.status, error.faults);
      return;
    }
    if (error instanceof pg.DatabaseError && error.code?.startsWith(DATA_EXCEPTION)) {
      sendProblem(res, 400, [
        makeFault('A04', 'request', { reason: '数据库不能表示的值 / a value the database cannot hold' }),
      ]);
      return;
    }
    const status = statusOf(error);
    if (status === 413) {
      sendProblem(res, 413, [makeFault('A06', 'body', { limit: limitOf(error) })]);
      return;
    }
    if (status >= 400 && status < 500) {
      sendProblem(res, status, [makeFault('A04', 'body', { reason: unreadable(error) })]);
      return;
    }
    const reference = newId();
    log.error({ reference, method: req.method, path: req.path, err: error }, 'request failed');
    if (isUnavailable(error)) {
      res.set('Retry-After', String(AWAY_SECONDS));
      sendProblem(res, 503, [makeFault('A30', 'request', { seconds: String(AWAY_SECONDS) })], reference);
    } else sendProblem(res, 500, [makeFault('A13', 'request', { reference })], reference);
  };
}

/** Why a request could not be read, in words: the parser's own are for programmers. */
function unreadable(error: unknown): string {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (type === 'entity.parse.failed') return '内容不是有效的 JSON / the content is no valid JSON';
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return '不支持的编码，请使用 UTF-8 / the encoding is not supported; use UTF-8';
  if (type === 'request.aborted' || type === 'request.size.invalid')
    return '内容没有传完 / the content ended too early';
  if (error instanceof URIError) return '地址中的编码不正确 / the address is not well encoded';
  return '请求无法读取 / the request could not be read';
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : 500;
}

function limitOf(error: unknown): string {
  const limit = typeof error === 'object' && error !== null && 'limit' in error ? error.limit : undefined;
  return typeof limit === 'number' ? sizeText(limit) : '';
}
