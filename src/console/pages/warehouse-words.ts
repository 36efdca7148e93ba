import type { TextKey } from '../texts/index.js';

const KINDS: Record<string, TextKey> = {
  public: 'warehouse.kind.public',
  own: 'warehouse.kind.own',
  platform: 'warehouse.kind.platform',
};
const ACQUISITIONS: Record<string, TextKey> = {
  built: 'warehouse.acquisition.built',
  acquired: 'warehouse.acquisition.acquired',
  leased: 'warehouse.acquisition.leased',
};

/** The word for a choice of the register. */
export const ofWarehouse = (what: 'kind' | 'acquisition', value: string | undefined): TextKey =>
  (what === 'kind' ? KINDS : ACQUISITIONS)[value ?? ''] ?? 'warehouse.nothing';

/** What a paper may be, in the order of the form. */
export const evidenceKinds = [
  'lease',
  'ownership',
  'acquisition',
  'investment',
  'booking',
  'operation',
  'photo',
  'other',
] as const;

export const ofEvidence = (kind: string): TextKey => {
  const known = evidenceKinds.find((one) => one === kind) ?? 'other';
  return `evidence.kind.${known}`;
};
