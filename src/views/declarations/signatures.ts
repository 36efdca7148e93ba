import type { z } from 'zod';
import type { signatureSummarySchema } from '../shapes.js';
import type { View } from '../view.js';

type SignatureSummary = z.output<typeof signatureSummarySchema>;

/** Verdicts of messages shown lately: stored bytes never change, and verifying four messages takes most of a page's time. */
const recent = new Map<string, SignatureSummary>();
const KEPT = 5000;

/** What the signature of a stored message says, as of the moment it was made. */
export async function signatureOf(
  message: { id: string; bytes: Buffer; created_at: Date },
  { verify }: View,
): Promise<SignatureSummary> {
  const known = recent.get(message.id);
  if (known) return known;
  const verdict = await verify(message.bytes, { at: message.created_at });
  const summary = {
    ok: verdict.ok,
    suite: verdict.suite ?? '',
    keyName: verdict.keyName ?? '',
    subject: verdict.certificate?.subject ?? '',
    test: verdict.certificate?.test ?? false,
  };
  if (recent.size >= KEPT) recent.delete(recent.keys().next().value ?? '');
  recent.set(message.id, summary);
  return summary;
}
