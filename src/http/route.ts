import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { FaultError } from '../base/fault.js';
import { limitFaults } from '../base/faultLimit.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import type { Text } from '../terms/text.js';
import { demand, type Access, type Right } from '../enterprises/access.js';
import type { Store } from '../store/store.js';
import { authenticate } from './auth.js';
import { demandJsonBudget, jsonBudget } from './jsonBudget.js';
import { schemaWords } from '../base/schemaWords.js';

type Shape = z.ZodType;
type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

/** One operation of the API: what validates the request is what the OpenAPI document shows. */
export interface RouteSpec<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  R extends Shape | undefined = undefined,
> {
  method: 'get' | 'post' | 'delete';
  /** OpenAPI form, for example `/v1/imports/{id}`. */
  path: string;
  tag: string;
  summary: Text;
  /** The right it needs; `public` for none, `signed-in` for any identity. */
  right: Right | 'public' | 'signed-in';
  params?: P;
  query?: Q;
  body?: B;
  /** What its JSON body may be when that is more than others may: bytes, and members of one list. */
  budget?: { bytes: number; members: number };
  /** The body is a file and is left to the handler as a stream. */
  file?: boolean;
  /** What the JSON of such a file looks like, for people who read the API document. */
  document?: { schema: object; examples: Record<string, { summary: string; value: unknown }> };
  /** Accepts `Idempotency-Key`. */
  idempotent?: boolean;
  status?: number;
  answer?: R;
  /** Media type of an answer that is not JSON; the handler writes it itself. */
  media?: string;
  handle(call: Call<Out<P>, Out<Q>, Out<B>>): Promise<R extends z.ZodType ? z.input<R> : void>;
}

export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** Present unless the route is public. */
  access: Access;
  req: Request;
  res: Response;
}

export type AnyRoute = Omit<RouteSpec, 'params' | 'query' | 'body' | 'answer' | 'handle'> & {
  params?: Shape;
  query?: Shape;
  body?: Shape;
  answer?: Shape;
  handle(call: Call<unknown, unknown, unknown>): Promise<unknown>;
};

/** Declares a route with the types of its schemas. */
export function route<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  R extends Shape | undefined = undefined,
>(spec: RouteSpec<P, Q, B, R>): AnyRoute {
  return spec as unknown as AnyRoute;
}

/** Bytes of a JSON body: nobody has to say much before saying who they are, and few have to say much afterwards. */
const PUBLIC_BYTES = 8 * 1024;
const JSON_BYTES = 256 * 1024;
/** Longest text about one thing wrong with a request, and how many of them are told. */
const REASON_LENGTH = 700;
const JSON_TYPES = ['application/json', 'application/*+json'];

/** Mounts the routes: authenticate → right → validate everything at once → handle → answer. */
export function mount(router: Router, routes: readonly AnyRoute[], store: Store): void {
  for (const spec of routes) {
    const { bytes, members } = spec.budget ?? {
      bytes: spec.right === 'public' ? PUBLIC_BYTES : JSON_BYTES,
      members: jsonBudget.members,
    };
    const json = express.json({
      limit: bytes,
      type: JSON_TYPES,
      verify: (_req, _res, body) => demandJsonBudget(body, { ...jsonBudget, members }),
    });
    const path = spec.path.replace(/\{(\w+)\}/g, ':$1');
    const serve = async (req: Request, res: Response): Promise<void> => {
      const call: Call<unknown, unknown, unknown> = {
        params: undefined,
        query: undefined,
        body: undefined,
        access: undefined as unknown as Access,
        req,
        res,
      };
      if (spec.right !== 'public') {
        call.access = await authenticate(store, req);
        if (spec.right !== 'signed-in') demand(call.access, spec.right);
      }
      if (spec.body && req.is(JSON_TYPES) === false)
        throw new FaultError([makeFault('A14', 'Content-Type', { accepted: 'application/json' })], 415);
      if (spec.body)
        await new Promise<void>((done, fail) =>
          json(req, res, (e?: unknown) => (e ? fail(e as Error) : done())),
        );
      const issues: { path: string; reason: string }[] = [];
      const parse = (where: 'params' | 'query' | 'body', schema: Shape | undefined, value: unknown) => {
        if (!schema) return;
        const parsed = schema.safeParse(value, { error: schemaWords });
        const nul = parsed.success ? pathOfNul(parsed.data) : undefined;
        if (nul)
          issues.push({ path: [where, ...nul].join('.'), reason: '含有 NUL 字符 / holds a NUL character' });
        else if (parsed.success) call[where] = parsed.data;
        else
          for (const issue of parsed.error.issues)
            issues.push({ path: [where, ...issue.path.map(String)].join('.'), reason: issue.message });
      };
      parse('params', spec.params, req.params);
      parse('query', spec.query, req.query);
      parse('body', spec.body, req.body);
      if (issues.length > 0)
        throw new FaultError(
          limitFaults(issues.map((i) => makeFault('A04', cut(i.path), { reason: cut(i.reason) }))),
          400,
        );
      const answer = await spec.handle(call);
      if (res.headersSent) return;
      if (spec.answer) res.status(spec.status ?? 200).json(answer);
      else res.status(spec.status ?? 204).end();
    };
    router[spec.method](path, (req, res, next) => void serve(req, res).catch(next));
  }
}

const cut = (text: string): string =>
  text.length > REASON_LENGTH ? `${text.slice(0, REASON_LENGTH)}…` : text;

/** Where a text holds U+0000, which no text of the database can; undefined when none does. */
function pathOfNul(value: unknown): string[] | undefined {
  if (typeof value === 'string') return value.includes('\0') ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const path = pathOfNul(member);
    if (path) return [key, ...path];
  }
  return undefined;
}

export const idParams = z.object({ id: z.uuid() });
export const notFound = (thing: string): FaultError => new FaultError([notFoundFault(thing)], 404);
