import type { DxpRules } from './data.js';
import { wrap } from './dxp.js';
import type { Reading } from './gate.js';
import type { Flow } from './kinds.js';
import type { Accepted } from './port.js';
import type { PlannedFile } from './receipts.js';
import { guidFrom } from './xml.js';

export type Origin = 'http' | 'folder';

/** A file on its way to one address. */
export interface Delivery extends PlannedFile {
  origin: Origin;
  dxpId: string;
}

/**
 * To whom each file of a message goes: to the sender, wrapped when the sender wrapped, and to every third party that
 * subscribed, always plain and over HTTP. Subscribers of DATA and ALL get the message itself as well, unless it failed.
 */
export function plannedCopies(
  rules: DxpRules,
  { origin, dxpId }: Accepted,
  reading: Exclude<Reading, { kind: 'refused' }>,
  files: readonly PlannedFile[],
): Delivery[] {
  const own = files.map((file) => ({ ...wrapped(rules, reading, file, dxpId), origin, dxpId }));
  if (reading.kind !== 'message' || reading.subscriptions.length === 0) return own;
  const { guid, type, bytes, tooMany, signatureFault } = reading;
  const copies = reading.subscriptions.flatMap(({ status, dxpAddress }, n): Delivery[] => {
    const to = { origin: 'http', dxpId: dxpAddress } as const;
    const id = guidFrom(`${guid}/data/${n}`);
    const data = { id, fileName: `${type.type}_${guid}.xml`, dueAfterMs: 0, bytes: () => bytes, ...to };
    const receipts = files.map((file) => ({ ...file, id: `${file.id}-S${n + 1}`, ...to }));
    return [
      ...(status !== 'RET' && !tooMany && !signatureFault ? [data] : []),
      ...(status !== 'DATA' ? receipts : []),
    ];
  });
  return [...own, ...copies].sort((a, b) => a.dueAfterMs - b.dueAfterMs);
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
