import { type Client } from './client.js';
import { probe, type Answered } from './probe.js';
import { serve } from './served.js';
import { worstFiles, worstRequests, type OpenApi, type WorstRequest } from './worstRequests.js';
import { OPERATOR_TENANT } from '../../src/store/store.js';

export interface WorstRun {
  requests: number;
  routes: number;
  /** /health/live before anything was sent, and all along. */
  idle: Answered;
  under: Answered;
  memoryMb: number;
  /** Requests after which the process held most memory more than before, in MB. */
  grown: { by: number; mb: number; to: string }[];
  /** Greatest answer that is no file, in bytes, and to what. */
  largest: { bytes: number; to: string };
  /** Requests that got no answer, or one that says that the gateway failed. */
  failed: string[];
  /** Requests while which /health/live waited longest, in ms. */
  slowest: { ms: number; to: string }[];
}

const IDLE_MS = 3_000;
/**
 * Sends the worst small requests to every route of a gateway in a process of its own and measures what others wait for
 * meanwhile. `every` of 1 sends all of them, of 10 every tenth to each route, always others.
 */
export async function hundredWorst({
  every,
  share,
  atOnce,
  only = /./,
}: {
  every: number;
  share: number;
  atOnce: number;
  /** The routes to send to, as `post /v1/imports`. */
  only?: RegExp;
}): Promise<WorstRun> {
  const it = await serve();
  try {
    const seller = await it.enrolled({ code: '91500000MA5U0ABC13', name: '示例电商', role: 'seller' });
    const { secret } = await it.operator.post<{ secret: string }>('/v1/api-keys', {
      tenantId: OPERATOR_TENANT,
      name: '运营',
    });
    const operator = it.operator.withKey(secret);
    const document = await operator.get<OpenApi>('/openapi.json');
    const watch = probe(it.url);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const idle = watch.total();
    watch.forget();
    const files = worstFiles(share);
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method })),
    );
    const run: WorstRun = {
      requests: 0, routes: 0, idle, under: idle, memoryMb: 0, grown: [], largest: { bytes: 0, to: '' }, failed: [], slowest: [],
    }; // prettier-ignore
    let n = 0;
    for (const { path, method } of routes) {
      if (!only.test(`${method} ${path}`)) continue;
      run.routes++;
      const made = worstRequests(path, method, document, files).filter(() => n++ % every === 0);
      for (let at = 0; at < made.length; at += atOnce) {
        const before = it.memoryMb();
        const group = made.slice(at, at + atOnce).map((make) => make());
        await Promise.all(group.map((request, i) => ask(i % 2 ? seller : operator, request, run)));
        const to = group.map((r) => `${method} ${path}: ${r.name}`).join(' | ');
        const mb = it.memoryMb();
        run.grown.push({ by: mb - before, mb, to });
        run.slowest.push({ ms: watch.since().max, to });
      }
    }
    run.under = watch.total();
    await watch.stop();
    run.memoryMb = it.worst().memoryMb;
    run.grown = run.grown.sort((a, b) => b.by - a.by).slice(0, 20);
    run.slowest = run.slowest.sort((a, b) => b.ms - a.ms).slice(0, 12);
    return run;
  } finally {
    await it.close();
  }
}

const all = async (answer: Response) => (await answer.arrayBuffer()).byteLength;
async function beginning(answer: Response): Promise<number> {
  const reader = answer.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return value?.byteLength ?? 0;
}

/**
 * Sends it; once more when the connection that was kept from before ended while this process made the request, which says
 * nothing of the request. In between what ended is let in on.
 */
async function ask(client: Client, request: WorstRequest, run: WorstRun, again = true): Promise<void> {
  const { method, path, type, headers, body, name, file, stream } = request;
  const to = `${method} ${path.slice(0, 120)}: ${name}`;
  try {
    const answer = await client.raw(method.toUpperCase(), path, body, {
      ...headers,
      ...(type ? { 'Content-Type': type } : {}),
    });
    const bytes = await (stream && answer.ok ? beginning(answer) : all(answer));
    run.requests++;
    if (answer.status >= 500) run.failed.push(`${answer.status} ${to}`);
    if (!file && bytes > run.largest.bytes) run.largest = { bytes, to };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (again && ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(cause?.code ?? '')) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return ask(client, request, run, false);
    }
    run.failed.push(`${String(error)} ${String(cause)} ${to}`);
  }
}
