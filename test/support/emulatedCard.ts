import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { Assembly, framesOf, readFrame } from '../../adapters/signers/ukey-frames.js';

/** What the emulated card is told to do wrong. */
export type CardTrouble =
  'none' | 'no-card' | 'no-reader' | 'drop' | 'silent' | 'stray-answer' | 'only-stray-answers';

export interface CardOptions {
  /** Signs bytes as the card would: SM2 raw r‖s with the standard user id, or RSA PKCS#1 with SHA-1. */
  sign(data: Buffer): Promise<Buffer>;
  /** Serial number of the certificate in lower-case hex. */
  certNo: string;
  /** Certificate as Base64 of its DER. */
  certificate: string;
  pin: string;
  /** Wrong PINs until the card locks itself. */
  tries?: number;
  /** How long one signature takes; a real card makes about 250 a minute. */
  signMs?: number;
  /** Sends only the result, as some wrappers of the service do. */
  bare?: boolean;
  /** Sends the certificate padded beyond the limit of a plain reply, in blocks. */
  longReplies?: boolean;
}

/** A u-key's local service as a test double: it keeps count of what a real card would suffer from. */
export interface EmulatedCard {
  url: string;
  trouble: CardTrouble;
  readonly signed: number;
  readonly wrongPins: number;
  readonly locked: boolean;
  /** Requests that came while another was under way: a real card answers neither well. */
  readonly collisions: number;
  close(): Promise<void>;
}

const requestSchema = z.object({
  _method: z.string(),
  _id: z.number(),
  args: z.record(z.string(), z.unknown()).default({}),
});

/** Starts an emulated u-key service on a free port of this machine. */
export async function startCard(options: CardOptions): Promise<EmulatedCard> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 1024 * 1024 });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const { port } = server.address() as AddressInfo;
  const card = {
    url: `ws://127.0.0.1:${port}`,
    trouble: 'none' as CardTrouble,
    signed: 0,
    wrongPins: 0,
    collisions: 0,
    get locked() {
      return card.wrongPins >= (options.tries ?? 3);
    },
    async close() {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  let busy = false;

  server.on('connection', (socket) => {
    const say = (method: string, id: number, result: object) =>
      socket.send(
        JSON.stringify(
          options.bare && method !== 'open'
            ? result
            : { _method: method, _id: id, _status: '00', _args: result },
        ),
      );
    say('open', 0, { Result: true, Data: ['1.5.5'], Error: [] });
    let assembly: Assembly | undefined;
    const outgoing: string[] = [];

    socket.on('message', (bytes) => {
      const text = bytes.toString();
      const frame = readFrame(text);
      if (frame) {
        assembly ??= new Assembly();
        const whole = assembly.take(frame);
        if (whole === undefined) {
          const args = { id: 0, guid: frame.guid, next: frame.number + 1, finish: false };
          socket.send(JSON.stringify({ _method: '_nextBlock', _id: 0, _status: '00', _args: args }));
          return;
        }
        assembly = undefined;
        void serve(whole);
      } else void serve(text);
    });

    const serve = async (text: string): Promise<void> => {
      const request = requestSchema.parse(JSON.parse(text));
      if (request._method === '_nextBlock') {
        const next = outgoing.shift();
        if (next !== undefined) socket.send(next);
        return;
      }
      if (busy) card.collisions++;
      if (card.trouble === 'drop') return socket.terminate();
      if (card.trouble === 'silent') return;
      busy = true;
      try {
        const result = await act(request._method, request.args);
        // An answer that would do for ours, but names another request.
        if (card.trouble.includes('stray'))
          say(request._method, request._id + 1, { Result: true, Data: ['AAAA', options.certNo], Error: [] });
        if (card.trouble === 'only-stray-answers') return;
        if (!options.longReplies) return say(request._method, request._id, result);
        const padded = { ...result, Data: [...result.Data, 'x'.repeat(200_000)] };
        const reply = JSON.stringify({
          _method: request._method,
          _id: request._id,
          _status: '00',
          _args: padded,
        });
        const [first = '', ...rest] = framesOf(reply, randomUUID());
        outgoing.push(...rest);
        socket.send(first);
      } finally {
        busy = false;
      }
    };
  });

  const refuse = (...errors: string[]) => ({ Result: false, Data: [] as string[], Error: errors });
  async function act(method: string, args: Record<string, unknown>) {
    if (card.trouble === 'no-card')
      return refuse('[读卡器底层库]复位读卡器失败:错误码=50070', 'Err:Custom50070');
    if (card.trouble === 'no-reader')
      return refuse('[读卡器底层库]打开读卡器失败:错误码=50200', 'Err:Custom50200');
    const ok = (...data: string[]) => ({ Result: true, Data: data, Error: [] as string[] });
    if (method === 'cus-sec_SpcGetSignCertAsPEM') return ok(options.certificate);
    if (method === 'cus-sec_SpcGetCertNo') return ok(options.certNo);
    if (method !== 'cus-sec_SpcSignDataAsPEM') return refuse('Err:Base60000');
    if (card.locked) return refuse('卡已锁定', 'Err:Custom50090');
    if (args['passwd'] !== options.pin) {
      card.wrongPins++;
      return refuse('口令错误', 'Err:Custom50080');
    }
    if (options.signMs) await new Promise((resolve) => setTimeout(resolve, options.signMs));
    const signature = await options.sign(Buffer.from(String(args['inData']), 'utf8'));
    card.signed++;
    return ok(signature.toString('base64'), options.certNo);
  }

  return card;
}
