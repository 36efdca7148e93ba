import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { readCertificate, type Certificate } from '../../src/signing/certificate.js';
import { CardError, type CardService } from './ukey-service.js';
import type { CertifiedSigner } from './key-file.js';

/** Lengths of a signature in bytes: SM2 is raw r‖s; RSA has the length of its modulus. */
const SM2_LENGTH = 64;

export interface UKeyOptions {
  service: Pick<CardService, 'call'>;
  /** The card's PIN; there is no default and it is sent to the card only. */
  pin: string;
  /** The certificate of the card, as `readCard` gave it when the key was set up. */
  certificate: Certificate;
}

/**
 * A u-key as a signer. It signs the bytes verbatim. Whatever refuses for another reason than a missing card, reader or
 * service may be the PIN: the key then stays shut until the keys are loaded again, because a card counts wrong PINs and
 * locks itself. Rejects with CardError (S60–S63), or FaultError S64 (shut), S65 (another card is in the reader).
 */
export function openUKey({ service, pin, certificate }: UKeyOptions): CertifiedSigner {
  let shut = false;
  let tried = false;
  return {
    suite: certificate.suite,
    keyName: certificate.serial,
    certificate: certificate.base64,
    describes: certificate,
    untried: () => !tried,
    async sign(signedInfo) {
      if (shut) throw new FaultError([makeFault('S64', 'card')]);
      const inData = signedInfo.toString('utf8');
      let data: unknown[];
      try {
        data = await service.call('cus-sec_SpcSignDataAsPEM', { inData, passwd: pin });
      } catch (error) {
        if (error instanceof CardError && !error.passing) shut = true;
        throw error;
      }
      tried = true;
      const [signature, certNo] = data;
      if (typeof certNo === 'string' && certNo.toLowerCase() !== certificate.serial)
        throw new FaultError([makeFault('S65', 'card', { expected: certificate.serial })]);
      const bytes = typeof signature === 'string' ? Buffer.from(signature, 'base64') : Buffer.alloc(0);
      const wanted = certificate.publicKey.kind === 'sm2' ? bytes.length === SM2_LENGTH : bytes.length >= 128;
      if (!wanted) throw new CardError('S63', 'card', [], false);
      return bytes;
    },
  };
}

/**
 * Writes what the key folder needs of a card into `out`: `ukey.json` with the service's address and `cert.pem`. The PIN is
 * left to a person. Throws as `readCard`; an error of the file system when `out` cannot be written.
 */
export async function registerCard(
  service: Pick<CardService, 'call'>,
  url: string,
  out: string,
): Promise<Certificate> {
  const certificate = await readCard(service);
  const lines = certificate.base64.match(/.{1,64}/g) ?? [];
  mkdirSync(out, { recursive: true, mode: 0o700 });
  writeFileSync(join(out, 'ukey.json'), `${JSON.stringify({ url })}\n`);
  writeFileSync(
    join(out, 'cert.pem'),
    `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  );
  return certificate;
}

/** Reads the certificate of the card in the reader; no PIN is needed. Throws CardError, or FaultError S15. */
export async function readCard(service: Pick<CardService, 'call'>): Promise<Certificate> {
  const [certificate] = await service.call('cus-sec_SpcGetSignCertAsPEM');
  return readCertificate(typeof certificate === 'string' ? certificate : '', 'card');
}
