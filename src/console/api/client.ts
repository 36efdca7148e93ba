import type { Fault, Problem } from './types.js';

/** A refused or failed call: the problem+json of the gateway, or a stand-in when no answer could be read (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly faults: Fault[];
  readonly reference: string | undefined;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.faults = Array.isArray(problem.faults) ? problem.faults : [];
    this.reference = problem.reference;
  }
}

export type Query = Record<string, string | number | boolean | undefined | null>;

/** Joins a path and its query, leaving out what is empty. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`;
}

/** Every state-changing call carries it; a page of another site cannot set it without asking first. */
export const CONSOLE_HEADER = { 'X-Requested-With': 'gateway-console' } as const;

/** Makes the error of an answer that is not 2xx; a body that is no problem+json still gives a usable error. */
export function errorFrom(status: number, body: string): ApiError {
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem === 'object' && problem !== null) return new ApiError(status, problem);
  } catch {
    // Not JSON (a proxy's page, an empty body): the status alone is what we know.
  }
  return new ApiError(status, {});
}

interface CallOptions {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
}

async function call(method: string, path: string, options: CallOptions, accept: string): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (method !== 'GET') Object.assign(headers, CONSOLE_HEADER);
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, {});
  }
  if (!response.ok) throw errorFrom(response.status, await response.text().catch(() => ''));
  return response;
}

/**
 * The one door to the API. `T` is what the contract promises for the path; 204 gives undefined.
 * @throws ApiError with the faults of the problem, status 0 when the gateway cannot be reached
 */
export async function request<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const response = await call(method, path, options, 'application/json');
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** The exact stored bytes behind a `bytes` path; nothing re-encodes them. */
export async function requestBytes(path: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await call('GET', path, { signal }, 'application/xml, */*');
  return new Uint8Array(await response.arrayBuffer());
}

/** A file with the name the gateway gives it, however long it takes to make. */
export async function requestFile(path: string, signal: AbortSignal): Promise<{ name: string; bytes: Blob }> {
  const response = await call('GET', path, { signal }, '*/*');
  const said = response.headers.get('content-disposition') ?? '';
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(said) ?? [];
  const [, plain] = /filename="([^"]+)"/i.exec(said) ?? [];
  const last = new URL(path, window.location.origin).pathname.split('/').pop() ?? '';
  return { name: encoded ? decodeURIComponent(encoded) : (plain ?? last), bytes: await response.blob() };
}
