import type { Signer } from '../signing/signer.js';
import type { PaymentData } from './shapes.js';

/** Head and orders as they are signed and sent: made into text once. */
export interface PaymentTexts {
  head: string;
  lists: string;
}

/** Fields of the head in the order of the interface text. */
const HEAD = [
  'initalRequest',
  'initalResponse',
  'ebpCode',
  'payCode',
  'payTransactionId',
  'totalAmount',
  'currency',
  'verDept',
  'payType',
  'tradingTime',
  'note',
] as const satisfies readonly (keyof PaymentData)[];

/** The texts of `payExchangeInfoHead` and `payExchangeInfoLists`. */
export function textsOf(data: PaymentData, guid: string): PaymentTexts {
  const fields = HEAD.flatMap((name) => {
    const value = data[name];
    if (value === undefined) return [];
    // A number in the message, but never a float on the way: the decimal text goes in as it stands.
    return [`"${name}":${name === 'totalAmount' ? value : JSON.stringify(value)}`];
  });
  return { head: `{"guid":"${guid}",${fields.join(',')}}`, lists: JSON.stringify(data.orders) };
}

/**
 * The text that is signed. Every value stands in quotes, head and lists as their own texts, joined by `||`, without a
 * line feed at the end. Seen in an upload that customs answered with 10000 and in a second, independent program; the
 * example printed in the interface text has other quotes, and its form does not verify.
 */
export const signingText = (sessionId: string, { head, lists }: PaymentTexts, serviceTime: string): string =>
  [
    `"sessionID":"${sessionId}"`,
    `"payExchangeInfoHead":"${head}"`,
    `"payExchangeInfoLists":"${lists}"`,
    `"serviceTime":"${serviceTime}"`,
  ].join('||');

/** The form field `payExInfoStr` of an upload, signed. Rejects with whatever the signer rejects with. */
export async function signedUpload(
  sessionId: string,
  texts: PaymentTexts,
  at: Date,
  signer: Signer,
): Promise<string> {
  const serviceTime = String(at.getTime());
  const signature = await signer.sign(Buffer.from(signingText(sessionId, texts, serviceTime)));
  const tail = JSON.stringify({
    serviceTime,
    certNo: signer.keyName,
    signValue: signature.toString('base64'),
  });
  return `{"sessionID":${JSON.stringify(sessionId)},"payExchangeInfoHead":${texts.head},"payExchangeInfoLists":${texts.lists},${tail.slice(1)}`;
}
