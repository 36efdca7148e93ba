import type { EnvelopeForm } from '../messages/families/family.js';

/**
 * The port through which exact bytes leave and receipts come in. One instance speaks to one counterpart.
 * A transport never interprets a receipt: a refusal here is a failure of delivery, never a verdict of customs.
 */
export interface OutgoingMessage {
  /** The message guid; the same for every attempt. */
  guid: string;
  /** Root name, for example `CEB603Message`. */
  messageType: string;
  dxpId: string;
  /** When the message was made; the same for every attempt. */
  createdAt: Date;
  flow: 'export' | 'import';
  /** The message family it belongs to; where families have counterparts of their own, this chooses. */
  family: string;
  /** How it leaves: in a wrapper of the exchange platform, as a file, as a zip, or bare. */
  envelope: EnvelopeForm;
  /** Exact signed bytes. */
  bytes: Buffer;
  /** Files that ride along (随附单据); only a counterpart that takes files gets them. */
  attachments?: readonly { name: string; bytes: Buffer }[];
}

/** Where and in what a message goes; its type says it. */
export type Route = Pick<OutgoingMessage, 'flow' | 'family' | 'envelope'>;

/**
 * `accepted`: the counterpart took the bytes. `refused`: it will never take these bytes. `retry`: it certainly did not
 * take them. `unknown`: it may have them (the answer was lost): the same bytes go again.
 */
export type SendOutcome =
  | { kind: 'accepted'; detail?: string }
  | { kind: 'refused'; detail: string }
  | { kind: 'retry'; detail: string; retryAfterMs?: number }
  | { kind: 'unknown'; detail: string };

export interface IncomingFile {
  /** Identity at the counterpart, passed back to `acknowledge`. */
  id: string;
  /** File name or other origin, shown to people. */
  origin: string;
  bytes: Buffer;
  /** What tells it from another of the very same bytes, where these do not say all; left out, the same bytes are the same file. */
  arrival?: string;
}

/** Receipts that the counterpart brings to us over HTTP: how its requests are read and answered. */
export interface Pushed {
  /** The file of a request's body; `forged` when the request is not the counterpart's. */
  read(body: Buffer): IncomingFile | 'forged';
  /** Answers (JSON): the file is stored; it is not, come again. */
  readonly taken: Readonly<Record<string, string>>;
  readonly notTaken: Readonly<Record<string, string>>;
}

export interface Transport {
  readonly name: string;
  /** Present when the counterpart brings receipts itself; `receive` then finds none. */
  readonly pushed?: Pushed;
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome>;
  /** Waits up to `waitMs` for receipts; returns at most `limit`. Files not acknowledged come again. */
  receive(limit: number, waitMs: number, signal: AbortSignal): Promise<IncomingFile[]>;
  /** Called only after the bytes are stored. */
  acknowledge(ids: readonly string[]): Promise<void>;
  /** Whether the counterpart can be reached, where `receive` does not show it; throws FaultError when it cannot. */
  probe?(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
