import forge from 'node-forge';

/** DER reading and writing through node-forge; nothing here signs or verifies. */
export const { asn1 } = forge;
export type DerNode = forge.asn1.Asn1;

export const oids = {
  rsaEncryption: '1.2.840.113549.1.1.1',
  ecPublicKey: '1.2.840.10045.2.1',
  sm2Curve: '1.2.156.10197.1.301',
  sm2WithSm3: '1.2.156.10197.1.501',
  sha256WithRsa: '1.2.840.113549.1.1.11',
} as const;

/** The type definitions know only the older boolean form of the options. */
const fromDer = asn1.fromDer as unknown as (
  bytes: string,
  options: { strict: boolean; parseAllBytes: boolean; decodeBitStrings: boolean },
) => DerNode;

/**
 * Strict DER without trailing bytes. Bit strings stay bytes: an SM2 point starts with 04 and would now and then read as
 * an octet string.
 */
export const readDer = (der: Buffer): DerNode =>
  fromDer(der.toString('latin1'), { strict: true, parseAllBytes: true, decodeBitStrings: false });

export const writeDer = (node: DerNode): Buffer => Buffer.from(asn1.toDer(node).getBytes(), 'latin1');

/** The parts of a constructed value; throws for a primitive one. */
export function children(node: DerNode): DerNode[] {
  if (!Array.isArray(node.value)) throw new Error('a structure was expected');
  return [...node.value];
}

/** One part of a constructed value; throws when it is not there. */
export function child(node: DerNode, index: number): DerNode {
  const found = children(node)[index];
  if (!found) throw new Error('a part is missing');
  return found;
}

/** The content bytes of a primitive value; throws for a constructed one. */
export function content(node: DerNode): Buffer {
  if (typeof node.value !== 'string') throw new Error('a plain value was expected');
  return Buffer.from(node.value, 'latin1');
}

export const oidOf = (node: DerNode): string => asn1.derToOid(content(node).toString('latin1'));
