import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/base/root.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { MessageEditions, type CompiledMessage, type UnsignedMessage } from '../../src/messages/compile.js';
import type { DocumentFacts, DocumentInput, Envelope } from '../../src/messages/values.js';
import { orderSchema, type Order } from '../../src/orders/order.js';

export const catalogue = loadCatalogue();
const compiled = new MessageEditions(catalogue);

/** The compiled message of that name; a missing one is the test's own mistake. */
export function message(name: string): CompiledMessage {
  const found = compiled.get(name);
  if (!found) throw new Error(`${name} is not sent`);
  return found;
}

export const sentMessages = ['CEB303Message', 'CEB403Message', 'CEB505Message', 'CEB603Message'] as const;

/** A golden file, as it must be byte for byte. */
export const golden = (name: string): string =>
  readFileSync(join(projectRoot, 'test/examples/messages', name), 'utf8');

/** A complete, normalised 9610 order of two goods lines. The companies are fictitious. */
export function goldenOrder(): Order {
  return orderSchema.parse(JSON.parse(golden('order.json')));
}

/** The n-th document of a run, from 1. */
export function documentFacts(n = 1): DocumentFacts {
  return {
    guid: `7A1D9E40-52C3-4B7F-9D01-${String(n).padStart(12, '0')}`,
    appType: '1',
    appTime: new Date('2026-11-18T03:05:09Z'),
    appStatus: '2',
    copNo: `CQJLJ2026111800${String(n).padStart(3, '0')}`,
  };
}

export const input = (order: Order = goldenOrder(), n = 1): DocumentInput => ({
  order,
  document: documentFacts(n),
});

export const envelope: Envelope = {
  guid: 'C0FFEE00-1111-4222-8333-444455556666',
  transfer: {
    copCode: '91500108MA5XBRK744',
    copName: '重庆南山报关有限公司',
    dxpMode: 'DXP',
    dxpId: 'DXPENT0000012345',
  },
};

/** The whole file, unsigned or with a signature put in its place. */
export const asFile = (unsigned: UnsignedMessage, signature = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>${unsigned.head}${signature}${unsigned.tail}`;

/** A signature of the right shape that signs nothing: only its place matters here. */
export const hollowSignature =
  '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>' +
  '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></ds:CanonicalizationMethod>' +
  '<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"></ds:SignatureMethod>' +
  '<ds:Reference URI=""><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"></ds:DigestMethod>' +
  '<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue>' +
  '<ds:KeyInfo><ds:KeyName>0a1b</ds:KeyName></ds:KeyInfo></ds:Signature>';
