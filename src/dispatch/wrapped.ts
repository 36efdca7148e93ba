import { wrapMessage, type Wrap } from '../messages/wrapping.js';
import type { Transport } from './transport.js';

/** A transport that wraps what it sends; receipts are unwrapped by the reader, whatever form they come in. */
export function wrapping(inner: Transport, wrap: Wrap): Transport {
  return {
    name: `${inner.name} (${wrap.form})`,
    ...(inner.pushed && { pushed: inner.pushed }),
    ...(inner.probe && { probe: (signal) => inner.probe?.(signal) ?? Promise.resolve() }),
    send: (message, signal) =>
      inner.send(
        message.envelope === 'dxp' ? { ...message, bytes: wrapMessage(message, wrap) } : message,
        signal,
      ),
    receive: (limit, waitMs, signal) => inner.receive(limit, waitMs, signal),
    acknowledge: (ids) => inner.acknowledge(ids),
    close: () => inner.close(),
  };
}
