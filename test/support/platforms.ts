import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { time14 } from '../../src/base/clock.js';
import { decryptBlocks } from './rsaBlocks.js';

export interface Platform {
  url: string;
  /** Where it hands messages on to, and where it brings receipts (with what it carries there). */
  connect(to: { sandbox: string; callback?: string; headers?: Record<string, string> }): void;
  /** Bodies it brought and how they were answered. */
  readonly brought: { body: string; status: number }[];
  close(): Promise<void>;
}

/** How a platform in front of the sandbox speaks, written from its description and sharing nothing with our profiles. */
interface Manner {
  path: string;
  /** The message in a request; undefined where the request is not as described. */
  message(body: string): Buffer | undefined;
  taken: string;
  refused(why: string): { status: number; body: string };
  /** How it brings a receipt, and whether the answer says that it was taken. */
  brings?: { body(content: string, messageType: string): string; took(answer: string): boolean };
  /** Where it is asked for rows of a message type instead, since a moment named in the query. */
  rows?: { since: string; types: Record<string, string>; row(receipt: string): object };
}

/** Whoever stops the platform also stops what it waits for. */
async function platform(dxpId: string, manner: Manner): Promise<Platform> {
  const brought: Platform['brought'] = [];
  const rows: { at: string; messageType: string; row: object }[] = [];
  const stop = new AbortController();
  let to: Parameters<Platform['connect']>[0] | undefined;

  const take = async (body: string, res: ServerResponse): Promise<void> => {
    const bytes = manner.message(body);
    const refuse = (why: string) => {
      const said = manner.refused(why);
      res.writeHead(said.status).end(said.body);
    };
    if (!bytes) return refuse('参数错误');
    const answer = await fetch(`${to?.sandbox}/messages`, {
      method: 'POST',
      headers: { 'X-Dxp-Id': dxpId },
      body: new Uint8Array(bytes),
    });
    if (answer.status < 300 || answer.status === 409) return void res.end(manner.taken);
    const { reason, message } = (await answer.json()) as { reason: string; message: { en: string } };
    if (answer.status < 500) return refuse(`${reason}: ${message.en}`);
    res.writeHead(503, { 'Retry-After': answer.headers.get('retry-after') ?? '1' }).end();
  };
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const { pathname, searchParams } = new URL(req.url ?? '', 'http://platform');
      const asked = manner.rows?.types[pathname];
      if (manner.rows && asked !== undefined) {
        const since = searchParams.get(manner.rows.since) ?? '';
        const found = searchParams.get('dxpid') === dxpId ? rows : [];
        res.end(
          JSON.stringify(found.filter((r) => r.messageType === asked && r.at >= since).map((r) => r.row)),
        );
      } else if (pathname !== manner.path) res.writeHead(404).end();
      // The sandbox cut the connection: so does the platform.
      else take(Buffer.concat(parts).toString(), res).catch(() => req.socket.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const pass = async (content: string): Promise<boolean> => {
    const messageType = /CEB\d{3}Message/.exec(content)?.[0] ?? '';
    const { brings } = manner;
    if (!brings) {
      for (const [receipt] of content.matchAll(/<((?:\w+:)?\w+Return)>.*?<\/\1>/gs))
        rows.push({ at: time14(new Date()), messageType, row: manner.rows?.row(receipt) ?? {} });
      return true;
    }
    const body = brings.body(content, messageType);
    const answer = await fetch(to?.callback ?? '', {
      method: 'POST',
      headers: { ...to?.headers },
      body,
      signal: stop.signal,
    });
    brought.push({ body, status: answer.status });
    return brings.took(await answer.text());
  };
  const bring = async (): Promise<void> => {
    if (!to) return;
    const { sandbox } = to;
    const asked = await fetch(`${sandbox}/receipts?dxpId=${dxpId}&limit=20&waitMs=500`, {
      signal: stop.signal,
    });
    const { files } = (await asked.json()) as { files: { id: string; data: string }[] };
    for (const { id, data } of files)
      if (await pass(Buffer.from(data, 'base64').toString()))
        await fetch(`${sandbox}/receipts/ack`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ ids: [id] }),
        });
  };
  const pump = (async () => {
    while (!stop.signal.aborted) {
      await bring().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connect: (target) => (to = target),
    brought,
    close: async () => {
      stop.abort();
      await pump;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

let pair: ReturnType<typeof newPair> | undefined;
const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A public service platform that speaks `receiveEntMessage`; its public key as such platforms print it, DER in hexadecimal. */
export async function entPlatform(dxpId: string): Promise<Platform & { publicKey: string }> {
  pair ??= newPair();
  const { publicKey, privateKey } = pair;
  const said = (status: string, message = '') => JSON.stringify({ status, message });
  const speaks = await platform(dxpId, {
    path: '/pub-cus-core/message/receiveEntMessage',
    message: (body) => {
      const asked = JSON.parse(body) as Record<string, string>;
      if (asked.dxpId !== dxpId || asked.signed !== '1') return undefined;
      return decryptBlocks(privateKey, Buffer.from(asked.content ?? '', 'base64'));
    },
    taken: said('success'),
    refused: (why) => ({ status: 200, body: said('fail', why) }),
    brings: {
      body: (content, messageType) => JSON.stringify({ messageType, content }),
      took: (answer) => (JSON.parse(answer) as { status: string }).status === 'success',
    },
  });
  return { ...speaks, publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('hex') };
}

/** A provincial open gateway: forms with a SHA-1 over their fields and a key that both sides know. */
export function openGatewayPlatform(
  dxpId: string,
  app: { appId: string; secret: string },
): Promise<Platform> {
  const signOf = (fields: URLSearchParams): string => {
    const parts = ['bizCode', 'bizId', 'content', 'timestamp'].map((name) => `${name}=${fields.get(name)}`);
    return createHash('sha1')
      .update([...parts, `appKey=${app.secret}`].join('&'))
      .digest('hex');
  };
  let serial = 0;
  return platform(dxpId, {
    path: '/gateway/receive',
    message: (body) => {
      const fields = new URLSearchParams(body);
      const content = fields.get('content') ?? '';
      if (fields.get('appId') !== app.appId || fields.get('sign') !== signOf(fields)) return undefined;
      if (fields.get('bizCode') !== `CEB${/CEB(\d{3})Message/.exec(content)?.[1]}00`) return undefined;
      return Buffer.from(content);
    },
    taken: JSON.stringify({ code: '0', message: 'success' }),
    refused: (why) => ({ status: 200, body: JSON.stringify({ code: '40001', msg: why }) }),
    brings: {
      body: (content, messageType) => {
        const bizCode = messageType.replace('Message', '00');
        const timestamp = String(Date.now());
        const fields = new URLSearchParams({
          appId: app.appId,
          bizCode,
          bizId: `B${++serial}`,
          content,
          timestamp,
        });
        fields.set('sign', signOf(fields));
        return fields.toString();
      },
      took: (answer) => (JSON.parse(answer) as { code: string }).code === '0',
    },
  });
}

/** The interface of Hainan: Base64 in JSON, `OK` as the answer, receipts as rows since a moment. */
export function cebcmsgPlatform(dxpId: string): Promise<Platform> {
  return platform(dxpId, {
    path: '/cebcmsg',
    message: (body) => {
      const { MessageHead: head, MessageBody } = (
        JSON.parse(body) as {
          Message: { MessageHead: Record<string, string>; MessageBody: { data: string } };
        }
      ).Message;
      const bytes = Buffer.from(MessageBody.data, 'base64');
      const root = /<(?:\w+:)?(CEB\d{3}Message)/.exec(bytes.toString('utf8', 0, 1000))?.[1];
      return head.SenderID === dxpId && head.MessageType === `${root}.xml` ? bytes : undefined;
    },
    taken: 'OK',
    refused: (why) => ({ status: 400, body: why }),
    rows: {
      since: 'qryid',
      types: { '/ceb312msg': 'CEB312Message', '/ceb622msg': 'CEB622Message' },
      row: (receipt) =>
        Object.fromEntries(
          [...receipt.matchAll(/<(?:\w+:)?(\w+)>([^<]*)<\//g)].map(([, name = '', value]) => [
            { guid: 're_order_guid', returnTime: 'returntime2' }[name] ?? name.toLowerCase(),
            value,
          ]),
        ),
    },
  });
}
