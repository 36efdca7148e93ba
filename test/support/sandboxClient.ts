/** One receipt as a stranger reads it: regular expressions, no parser of the project. */
export interface SeenReceipt {
  file: number;
  root: string;
  status: string;
  time: string;
  info: string;
  text: string;
}

export interface SeenFile {
  id: string;
  fileName: string;
  text: string;
}

/** A plain HTTP client of the sandbox, as an integrator would write it. */
export class SandboxClient {
  constructor(
    readonly url: string,
    readonly dxpId: string,
  ) {}

  post(message: { bytes: Buffer; dxpId?: string }, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/messages`, {
      method: 'POST',
      headers: { 'X-Dxp-Id': message.dxpId ?? this.dxpId, ...headers },
      body: new Uint8Array(message.bytes),
    });
  }

  /** Sends and insists on 202. */
  async accept(message: { bytes: Buffer; dxpId?: string }): Promise<void> {
    const response = await this.post(message);
    if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  }

  async files(waitMs = 0, limit = 1000): Promise<SeenFile[]> {
    const response = await fetch(`${this.url}/receipts?dxpId=${this.dxpId}&limit=${limit}&waitMs=${waitMs}`);
    if (response.status !== 200) throw new Error(`receipts: ${response.status}`);
    const { files } = (await response.json()) as { files: { id: string; fileName: string; data: string }[] };
    return files.map(({ id, fileName, data }) => ({
      id,
      fileName,
      text: Buffer.from(data, 'base64').toString('utf8'),
    }));
  }

  /** Fetches and acknowledges what waits. */
  async drain(waitMs = 0): Promise<SeenFile[]> {
    const files = await this.files(waitMs);
    await this.send('/receipts/ack', { ids: files.map((f) => f.id) });
    return files;
  }

  async send(path: string, body: object = {}): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  async state(): Promise<{
    messages: Record<string, number>;
    documents: Record<string, Record<string, number>>;
    behaviours: Record<string, number>;
    receipts: { planned: number; scheduled: number; withheld: number; waiting: number; acknowledged: number };
    duplicates: number;
    refused: Record<string, number>;
  }> {
    const response = await fetch(`${this.url}/sandbox/state`);
    return (await response.json()) as Awaited<ReturnType<SandboxClient['state']>>;
  }
}

/** Every receipt in the files, in the order of delivery. */
export function receiptsIn(files: readonly { text: string }[]): SeenReceipt[] {
  const value = (text: string, name: string) =>
    new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`).exec(text)?.[1] ?? '';
  return files.flatMap(({ text }, file) => {
    const root = /<(?:\w+:)?(CEB\d{3}Message)/.exec(text)?.[1] ?? '';
    return [...text.matchAll(/<((?:\w+:)?\w+Return)>.*?<\/\1>/gs)].map(([part]) => ({
      file,
      root,
      status: value(part, 'returnStatus'),
      time: value(part, 'returnTime'),
      info: value(part, 'returnInfo'),
      text: part,
    }));
  });
}

/** The statuses of one kind of receipt, in the order of delivery. */
export const statusesOf = (files: readonly { text: string }[], root: string): string[] =>
  receiptsIn(files)
    .filter((r) => r.root === root)
    .map((r) => r.status);
