import type { Clock } from '../base/clock.js';
import { FaultError } from '../base/fault.js';
import type { Log } from '../base/log.js';
import { KeyFailed, keySigned, openSigner, restKey } from '../documents/failingKeys.js';
import type { SignerRegistry } from '../signing/signer.js';
import { isOver } from '../store/pauses.js';
import type { Store } from '../store/store.js';
import { signedUpload } from './signing.js';

/** Customs' answer to an upload; `code` 10000 says that it was taken. */
export interface UploadAnswer {
  code: string;
  message: string;
}

/** The way to customs for raw payment data. Rejects when no answer came: then the same data go again. */
export interface PaymentDataPort {
  upload(payExInfoStr: string, signal: AbortSignal): Promise<UploadAnswer>;
}

export interface UploadContext {
  store: Store;
  port: PaymentDataPort;
  signers: SignerRegistry;
  clock: Clock;
  log: Log;
}

const LEASE_S = 120;
/** Pauses between attempts; the last one repeats. The texts name no deadline, so it never gives up by itself. */
const DELAYS_S = [5, 15, 60, 300, 900];
const LONGEST_DELAY_S = Math.max(...DELAYS_S);

interface Due {
  session_id: string;
  attempts: number;
  head: string;
  lists: string;
  ebp_code: string;
}

/**
 * Uploads the data of one request that is due: leased first, signed by the platform's key, its exact text kept. Returns
 * true when there may be more.
 */
export async function uploadNext(context: UploadContext, signal: AbortSignal): Promise<boolean> {
  const { store, port, signers, clock, log } = context;
  const { rows } = await store.query<Due>(
    `update payment_requests r set state = 'sending', attempts = r.attempts + 1, lease_until = now() + make_interval(secs => $1)
       from payment_data p
      where p.id = r.payment_id and r.session_id = (
        select session_id from payment_requests
         where (state = 'due' and ${isOver('next_at', LONGEST_DELAY_S)}) or (state = 'sending' and ${isOver('lease_until', LEASE_S)})
         order by next_at limit 1 for update skip locked)
      returning r.session_id, r.attempts, p.head, p.lists, p.ebp_code`,
    [LEASE_S],
  );
  const due = rows[0];
  if (!due) return false;
  try {
    const signer = await openSigner(store, signers, due.ebp_code);
    if (!signer) {
      await later(store, due, 'no-key', `没有 ${due.ebp_code} 的签名密钥 / no key of ${due.ebp_code}`);
      return true;
    }
    const body = await signedUpload(due.session_id, due, clock.now(), signer);
    if (signer.failing) await keySigned(store, due.ebp_code);
    const { code, message } = await port.upload(body, signal);
    await store.query(
      `update payment_requests set state = $2, answer_code = $3, answer = $4, sent = $5, lease_until = null,
              uploaded_at = case when $2 = 'uploaded' then now() end
        where session_id = $1 and state = 'sending'`,
      [due.session_id, code === '10000' ? 'uploaded' : 'refused', code, message, Buffer.from(body)],
    );
    log.info({ session: due.session_id, code }, 'raw payment data uploaded');
  } catch (error) {
    log.warn({ session: due.session_id, err: error }, 'raw payment data not uploaded');
    if (error instanceof KeyFailed) await restKey(store, due.ebp_code, error);
    await later(store, due, error instanceof KeyFailed ? 'no-key' : 'no-answer', wordsOf(error));
  }
  return true;
}

/** Why an upload failed, for people: a fault in both languages, else what the program said of itself. */
function wordsOf(error: unknown): string {
  const [fault] = error instanceof FaultError ? error.faults : [];
  if (fault) return `${fault.message.zh} / ${fault.message.en}`;
  return error instanceof Error ? error.message : String(error);
}

async function later(store: Store, due: Due, code: string, answer: string): Promise<void> {
  const seconds = DELAYS_S[Math.min(due.attempts, DELAYS_S.length) - 1] ?? 5;
  await store.query(
    `update payment_requests set state = 'due', lease_until = null, next_at = now() + make_interval(secs => $2),
            answer_code = $3, answer = $4 where session_id = $1 and state = 'sending'`,
    [due.session_id, seconds, code, answer.replaceAll('\0', '').slice(0, 500)],
  );
}
