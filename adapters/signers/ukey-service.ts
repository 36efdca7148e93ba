import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { Assembly, framesOf, readFrame } from './ukey-frames.js';

/** Where the service of the 客户端控件 listens on the machine that holds the card. */
export const localService = 'ws://127.0.0.1:61232';

const resultSchema = z.object({
  Result: z.boolean(),
  Data: z.array(z.unknown()).default([]),
  Error: z.array(z.string()).default([]),
});
/** A reply in its envelope, or (some wrappers drop it) the result alone. */
const replySchema = z.union([
  z.object({ _id: z.union([z.number(), z.string()]), _method: z.string(), _args: z.unknown() }),
  resultSchema,
]);
const nextBlockSchema = z.object({
  guid: z.string(),
  next: z.int().optional(),
  finish: z.boolean().optional(),
});

/** The card said no: `codes` are those of its message (`50070`, `60408` …), the fault says what to do. */
export class CardError extends FaultError {
  constructor(
    code: string,
    place: string,
    readonly codes: readonly string[],
    /** True when trying again may help: no card, no reader, no service. */
    readonly passing: boolean,
  ) {
    super([makeFault(code, place, { codes: codes.join(', ') || '—' })]);
    this.name = 'CardError';
  }
}

/** What the codes of the service mean; others are not known to be passing. Source: `Err:Custom…`, `Err:Base…`. */
const KNOWN: Readonly<Record<string, { fault: string; passing: boolean }>> = {
  Custom50070: { fault: 'S60', passing: true },
  Custom50200: { fault: 'S61', passing: true },
  Custom51590: { fault: 'S61', passing: true },
  Base60408: { fault: 'S62', passing: true },
  Base60000: { fault: 'S63', passing: false },
};

export interface ServiceOptions {
  url: string;
  /** How long the service may take to greet, and to answer one request. */
  timeoutMs?: number;
}

interface Waiting {
  id: number;
  resolve(data: unknown[]): void;
  reject(error: Error): void;
  /** Frames of the request that the service has not asked for yet. */
  frames: string[];
  /** An answer came meanwhile that names another request. */
  strange: boolean;
}

/**
 * One connection to the u-key's local service. The card does one thing at a time, so calls wait for each other; a
 * connection that breaks ends the call under way and is made anew for the next one.
 */
export class CardService {
  private socket: Promise<WebSocket> | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private waiting: Waiting | undefined;
  private assembly: Assembly | undefined;
  private lastId = 0;
  private closed = false;
  private readonly left = new WeakSet<WebSocket>();
  private readonly timeoutMs: number;

  constructor(private readonly options: ServiceOptions) {
    this.timeoutMs = options.timeoutMs ?? 30_000;
  }

  /**
   * Calls one method of the card (`cus-sec_…`) and gives its `Data`. Judged by `Result`: `_status` stays "00" even when
   * the card refuses. Rejects with CardError; nothing of `args` is ever part of an error.
   */
  call(method: string, args: Record<string, unknown> = {}): Promise<unknown[]> {
    const mine = this.turn.then(() => this.ask(method, args));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.turn;
    (await this.socket?.catch(() => undefined))?.close();
  }

  private async ask(method: string, args: Record<string, unknown>): Promise<unknown[]> {
    if (this.closed) throw this.lost();
    const socket = await (this.socket ??= this.connect());
    const id = ++this.lastId;
    const [first = '', ...frames] = framesOf(
      JSON.stringify({ _method: method, _id: id, args }),
      randomUUID(),
    );
    return new Promise<unknown[]>((resolve, reject) => {
      const timer = setTimeout(() => {
        // What the card does after this nobody waits for; only a new connection can tell its answers apart.
        this.leave(socket);
        this.end(new CardError(this.waiting?.strange ? 'S68' : 'S62', 'card', [], true));
      }, this.timeoutMs);
      const done = () => clearTimeout(timer);
      this.waiting = {
        id,
        frames,
        strange: false,
        resolve: (data) => (done(), resolve(data)),
        reject: (error) => (done(), reject(error)),
      };
      socket.send(first);
    });
  }

  /** Connects and waits for the greeting, without which the service takes no request. */
  private connect(): Promise<WebSocket> {
    const made = new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(this.options.url, {
        handshakeTimeout: this.timeoutMs,
        maxPayload: 1024 * 1024,
        followRedirects: false,
      });
      const timer = setTimeout(() => socket.terminate(), this.timeoutMs);
      let greeted = false;
      socket.on('message', (bytes) => {
        const text = bytes.toString();
        if (greeted) return this.hear(socket, text);
        if (!/"_method"\s*:\s*"open"/.test(text)) return;
        greeted = true;
        clearTimeout(timer);
        resolve(socket);
      });
      // An error is always followed by `close`.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        reject(this.lost());
        // One that was left before has nobody waiting for it any more.
        if (this.left.has(socket)) return;
        this.socket = undefined;
        this.end(this.lost());
      });
    });
    return made;
  }

  private leave(socket: WebSocket): void {
    this.left.add(socket);
    this.socket = undefined;
    socket.terminate();
  }

  private lost(): CardError {
    return new CardError('S62', 'card', ['Base60408'], true);
  }

  private hear(socket: WebSocket, text: string): void {
    try {
      const frame = readFrame(text);
      if (!frame) return this.understand(socket, text);
      this.assembly ??= new Assembly();
      const whole = this.assembly.take(frame);
      if (whole === undefined) {
        socket.send(
          JSON.stringify({
            _method: '_nextBlock',
            _id: this.waiting?.id ?? 0,
            args: { id: this.waiting?.id ?? 0, guid: frame.guid, next: frame.number + 1, finish: false },
          }),
        );
        return;
      }
      this.assembly = undefined;
      this.understand(socket, whole);
    } catch (error) {
      this.assembly = undefined;
      if (!(error instanceof RangeError)) throw error;
      socket.terminate();
    }
  }

  private understand(socket: WebSocket, text: string): void {
    const { waiting } = this;
    if (!waiting) return;
    const reply = parse(text);
    if (!reply) return;
    if ('Result' in reply) return this.answer(waiting, reply);
    if (reply._method === '_nextBlock') {
      const asked = nextBlockSchema.safeParse(reply._args);
      const frame = asked.success && !asked.data.finish ? waiting.frames.shift() : undefined;
      if (frame !== undefined) socket.send(frame);
      return;
    }
    // An answer to another request belongs to nobody; the right one may still come.
    if (String(reply._id) !== String(waiting.id)) {
      waiting.strange = true;
      return;
    }
    const result = resultSchema.safeParse(reply._args);
    if (result.success) this.answer(waiting, result.data);
    else this.end(new CardError('S63', 'card', [], false));
  }

  private answer(waiting: Waiting, result: z.output<typeof resultSchema>): void {
    this.waiting = undefined;
    if (result.Result) return waiting.resolve(result.Data);
    const codes = result.Error.flatMap((line) =>
      [...line.matchAll(/Err:((?:Custom|Base)\d+)/g)].map((m) => m[1] ?? ''),
    );
    const known = codes.map((code) => KNOWN[code]).find((one) => one !== undefined);
    waiting.reject(new CardError(known?.fault ?? 'S63', 'card', codes, known?.passing ?? false));
  }

  private end(error: CardError): void {
    const { waiting } = this;
    this.waiting = undefined;
    this.assembly = undefined;
    waiting?.reject(error);
  }
}

function parse(text: string): z.output<typeof replySchema> | undefined {
  try {
    const parsed = replySchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not for us: the socket carries other plug-ins as well.
    return undefined;
  }
}
