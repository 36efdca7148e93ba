import type { DxpRules } from './data.js';
import { wrap } from './dxp.js';
import type { Reading } from './gate.js';
import type { Flow } from './kinds.js';
import type { Accepted } from './port.js';
import type { PlannedFile } from './receipts.js';
import { guidFrom } from './xml.js';

export type Origin = 'http' | 'folder';

/** A file on its way to one address; `dueAt` is an epoch ms. */
export interface Delivery {
  id: string;
  fileName: string;
  origin: Origin;
  dxpId: string;
  dueAt: number;
  bytes: PlannedFile['bytes'];
}

/**
 * To whom each file of a message goes: to the sender, wrapped when the sender wrapped, and to every third party that
 * subscribed, always plain and over HTTP. Subscribers of DATA and ALL get the message itself as well, unless it failed.
 */
export function plannedCopies(
  rules: DxpRules,
  { origin, dxpId, acceptedAt }: Accepted,
  reading: Exclude<Reading, { kind: 'refused' }>,
  files: readonly PlannedFile[],
): Delivery[] {
  const delivery = (file: PlannedFile, to: Pick<Delivery, 'origin' | 'dxpId'>): Delivery => {
    const { id, fileName, bytes, dueAfterMs } = file;
    return { id, fileName, bytes, dueAt: acceptedAt.getTime() + dueAfterMs, ...to };
  };
  const own = files.map((file) => delivery(wrapped(rules, reading, file, dxpId), { origin, dxpId }));
  if (reading.kind !== 'message' || reading.subscriptions.length === 0) return own;
  const { guid, type, bytes, tooMany, signatureFault } = reading;
  const copies = reading.subscriptions.flatMap(({ status, dxpAddress }, n): Delivery[] => {
    const to = { origin: 'http', dxpId: dxpAddress } as const;
    const id = guidFrom(`${guid}/data/${n}`);
    const data = { id, fileName: `${type.type}_${guid}.xml`, dueAfterMs: 0, bytes: () => bytes };
    const receipts = files.map((file) => delivery({ ...file, id: `${file.id}-S${n + 1}` }, to));
    return [
      ...(status !== 'RET' && !tooMany && !signatureFault ? [delivery(data, to)] : []),
      ...(status !== 'DATA' ? receipts : []),
    ];
  });
  return [...own, ...copies].sort((a, b) => a.dueAt - b.dueAt);
}

function wrapped(
  rules: DxpRules,
  reading: Exclude<Reading, { kind: 'refused' }>,
  file: PlannedFile,
  dxpId: string,
): PlannedFile {
  const { envelope } = reading;
  if (!envelope || reading.kind === 'misaddressed') return file;
  const flow: Flow =
    reading.kind === 'message'
      ? reading.type.flow
      : envelope.receiverIds.includes(rules.receivers.import)
        ? 'import'
        : 'export';
  return {
    ...file,
    bytes: (dueAt) => {
      const bytes = file.bytes(dueAt);
      return bytes && wrap(rules, flow, dxpId, file.id, bytes, new Date(dueAt));
    },
  };
}
