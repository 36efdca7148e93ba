import type { z } from 'zod';
import type { apiKeySchema, enterpriseSchema } from '../../src/http/enterprises/contract.js';

/** A small client of the public API, for tests and the demo: nothing here knows the inside. */
export class Client {
  constructor(
    readonly url: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  withKey(secret: string): Client {
    return new Client(this.url, { Authorization: `Bearer ${secret}` });
  }

  /** The same caller at another server. */
  at(url: string): Client {
    return new Client(url, this.headers);
  }

  /** Sends a request; the answer with its status, whatever it is. */
  async raw(
    method: string,
    path: string,
    body?: Buffer | string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(new URL(path, this.url), {
      method,
      headers: { ...this.headers, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
  }

  /** Sends JSON and reads JSON; throws with the problem when the answer is not 2xx. */
  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const response = await this.raw(method, path, body === undefined ? undefined : JSON.stringify(body), {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.call<T>('POST', path, body, headers);
  }

  async upload<T>(path: string, bytes: Buffer, type = 'application/octet-stream'): Promise<T> {
    const response = await this.raw('POST', path, bytes, { 'Content-Type': type });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
}

type Enterprise = z.output<typeof enterpriseSchema>;
type ApiKey = z.output<typeof apiKeySchema> & { secret: string };

/** Registers an enterprise and returns a client that speaks for it. */
export async function enrol(
  operator: Client,
  input: { code: string | null; name: string; role: Enterprise['role'] },
): Promise<{ enterprise: Enterprise; client: Client }> {
  const enterprise = await operator.post<Enterprise>('/v1/enterprises', input);
  const key = await operator.post<ApiKey>('/v1/api-keys', {
    tenantId: enterprise.tenantId,
    name: `${input.name} 接口`,
  });
  return { enterprise, client: operator.withKey(key.secret) };
}
