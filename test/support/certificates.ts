import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

export interface Certificate {
  key: string;
  cert: string;
}

const DAY_MS = 86_400_000;
let serial = 1;

/** A certificate for `name` that ends in so many days, signed by `authority`, or an authority of its own. */
export function makeCertificate(
  name: string,
  { days = 30, authority }: { days?: number; authority?: Certificate } = {},
): Certificate {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const privateKey = forge.pki.privateKeyFromPem(String(key)) as forge.pki.rsa.PrivateKey;
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = String(++serial).padStart(4, '0');
  certificate.validity.notBefore = new Date(Date.now() - 60 * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + days * DAY_MS);
  certificate.setSubject([{ name: 'commonName', value: name }]);
  const issuer = authority && forge.pki.certificateFromPem(authority.cert);
  certificate.setIssuer(issuer ? issuer.subject.attributes : certificate.subject.attributes);
  certificate.setExtensions(
    authority
      ? [
          {
            name: 'subjectAltName',
            altNames: [/^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name }],
          },
        ]
      : [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'keyUsage', keyCertSign: true, critical: true },
        ],
  );
  const signer = authority
    ? (forge.pki.privateKeyFromPem(authority.key) as forge.pki.rsa.PrivateKey)
    : privateKey;
  certificate.sign(signer, forge.md.sha256.create());
  return { key: String(key), cert: forge.pki.certificateToPem(certificate) };
}
