import { constants, createHash, createPublicKey, publicEncrypt, type KeyObject } from 'node:crypto';
import { shanghaiText, type Clock } from '../../src/base/clock.js';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import type { OutgoingMessage } from '../../src/dispatch/transport.js';
import type { HttpCall } from './httpClient.js';
import { filled, type JsonTemplate, type Profile, type SendName } from './profiles.js';

/** What an enterprise is given by an HTTP counterpart, as far as its profile needs it. */
export interface Credentials {
  /** Number of the enterprise at the counterpart. */
  entCode?: string | undefined;
  appId?: string | undefined;
  secret?: string | undefined;
  /** RSA key of the counterpart: PEM, or its DER (SubjectPublicKeyInfo) in Base64 or hexadecimal. */
  publicKey?: string | undefined;
}

const RECEIVERS = { export: 'DXPEDCCEB0000003', import: 'DXPEDCCEB0000002' } as const;
/** PKCS #1 v1.5 padding takes so much of each block. */
const PADDING = 11;
/** Blocks encrypted before others get their turn; 500 take some ten milliseconds. */
const BLOCKS_AT_ONCE = 500;

/** Puts messages into the request of a profile. Throws FaultError P07 for a public key that is none. */
export function createEnvelope(profile: Profile, credentials: Credentials, clock: Clock) {
  const { send } = profile;
  const key = credentials.publicKey === undefined ? undefined : publicKeyOf(credentials.publicKey);
  const source = JSON.stringify(send);
  const wants = (name: SendName) => source.includes(`{${name}}`);

  return async (message: OutgoingMessage): Promise<HttpCall> => {
    const now = clock.now();
    const values: Record<SendName, string> = {
      guid: message.guid,
      messageType: message.messageType,
      number: message.messageType.replace(/\D/g, ''),
      dxpId: message.dxpId,
      receiverId: RECEIVERS[message.flow],
      entCode: credentials.entCode ?? '',
      appId: credentials.appId ?? '',
      secret: credentials.secret ?? '',
      base64: wants('base64') ? message.bytes.toString('base64') : '',
      text: wants('text') ? message.bytes.toString('utf8') : '',
      encrypted: key && wants('encrypted') ? await encrypted(key, message.bytes) : '',
      sign: '',
      time: shanghaiText(now),
      timestamp: String(now.getTime()),
    };
    const fill = (text: string): string => filled(text, (name) => values[name as SendName]);
    if (send.sign) values.sign = createHash(send.sign.hash).update(fill(send.sign.of), 'utf8').digest('hex');
    const fillAll = (tree: JsonTemplate): unknown =>
      typeof tree === 'string'
        ? fill(tree)
        : Object.fromEntries(Object.entries(tree).map(([name, inner]) => [name, fillAll(inner)]));
    const fields = (record: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(record).map(([name, text]) => [name, fill(text)]));
    return {
      method: 'POST',
      path: send.path,
      headers: fields(send.headers),
      body:
        send.body === 'bytes'
          ? message.bytes
          : Buffer.from(
              'json' in send.body
                ? JSON.stringify(fillAll(send.body.json))
                : new URLSearchParams(fields(send.body.form)).toString(),
            ),
    };
  };
}

function publicKeyOf(text: string): KeyObject {
  const plain = text.trim();
  try {
    const key = plain.startsWith('-----')
      ? createPublicKey(plain)
      : createPublicKey({
          key: Buffer.from(plain, /^[0-9a-f\s]+$/i.test(plain) ? 'hex' : 'base64'),
          format: 'der',
          type: 'spki',
        });
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Said below.
  }
  throw new FaultError([makeFault('P07', 'publicKey')], 500);
}

/** RSA (PKCS #1 v1.5) in blocks of the key's size, together in Base64. */
async function encrypted(key: KeyObject, bytes: Buffer): Promise<string> {
  const size = (key.asymmetricKeyDetails?.modulusLength ?? 1024) / 8 - PADDING;
  const blocks: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += size) {
    if (blocks.length % BLOCKS_AT_ONCE === BLOCKS_AT_ONCE - 1)
      await new Promise((resolve) => setImmediate(resolve));
    blocks.push(
      publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes.subarray(from, from + size)),
    );
  }
  return Buffer.concat(blocks).toString('base64');
}
