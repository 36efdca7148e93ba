import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Envelope } from '../../src/messages/values.js';
import { generateXsd } from '../../src/messages/xsd.js';
import {
  asFile,
  catalogue,
  documentFacts,
  envelope,
  golden,
  goldenOrder,
  hollowSignature,
  input,
  message,
  sentMessages,
} from './fixtures.js';
import { canonicalForm, schemaObjection } from './judge.js';

/** Digests of the canonical bytes of a hundred golden documents; a change here changes what customs receives. */
const digestOfHundred: Record<(typeof sentMessages)[number], string> = {
  CEB303Message: '6ffeeb2c9f47cc0adc64d8221de9ba6d60f21c2e2dc2059725c4f9e5d30b44e5',
  CEB403Message: 'bf9ff89a8dcb5186ce6e17531c7588eccec20529cf378e3af3aeda467c48d7ad',
  CEB505Message: '7881ebf56caf232636206bc27404ca492eaa64b085df27b4dcde0c1b27785156',
  CEB603Message: '860ed7562251c1e53fcf392763b4276052564ea8712d89e384f15a67382e869f',
};

const fullEnvelope: Envelope = {
  guid: envelope.guid,
  transfer: {
    ...envelope.transfer,
    note: 'a & b',
    subscriptions: [
      { status: 'ALL', dxpMode: 'DXP', dxpAddress: 'DXPENT0000067890' },
      { status: 'RET', dxpMode: 'DXP', dxpAddress: 'DXPENT0000067891', note: '<回执>' },
    ],
    extensions: [
      {
        name: 'park',
        version: '1',
        content: {
          name: 'gate',
          namespace: 'urn:park',
          children: [
            { name: 'lane', namespace: 'urn:park', text: '3 < 4' },
            { name: 'plain', namespace: '' },
          ],
        },
      },
    ],
  },
};

const hundred = () => Array.from({ length: 100 }, (_, i) => input(goldenOrder(), i + 1));
const xsd = generateXsd(catalogue, { flow: 'export' });

describe.each(sentMessages)('%s', (name) => {
  test('the golden order becomes exactly the golden message', () => {
    const { messageType, guid, head, tail } = message(name).write([input()], envelope);
    expect({ messageType, guid }).toEqual({ messageType: name, guid: envelope.guid });
    expect(head + tail).toBe(golden(`${name}.xml`).replaceAll('\n', ''));
  });

  test('a hundred documents make one message that is canonical, valid and always the same bytes', () => {
    const unsigned = message(name).write(hundred(), envelope);
    const bytes = Buffer.from(unsigned.head + unsigned.tail, 'utf8');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digestOfHundred[name]);
    expect(canonicalForm(asFile(unsigned))).toBe(unsigned.head + unsigned.tail);
    expect(schemaObjection(xsd, asFile(unsigned, hollowSignature))).toBeUndefined();
  });

  test('the signature goes where the schema wants it, before what rides along', () => {
    const unsigned = message(name).write([input()], fullEnvelope);
    expect(unsigned.tail).toMatch(/^<ceb:ExtendMessage>.*<\/ceb:ExtendMessage><\/ceb:CEB\d{3}Message>$/);
    expect(unsigned.head.endsWith('</ceb:BaseSubscribe>')).toBe(true);
    expect(schemaObjection(xsd, asFile(unsigned, hollowSignature))).toBeUndefined();
    expect(canonicalForm(asFile(unsigned))).toBe(unsigned.head + unsigned.tail);
  });

  test('101 documents are refused before anything is written', () => {
    const tooMany = [...hundred(), input(goldenOrder(), 101)];
    expect(() => message(name).write(tooMany, envelope)).toThrow(RangeError);
  });

  test('a message without a document is refused', () => {
    expect(() => message(name).write([], envelope)).toThrow(RangeError);
  });
});

test('characters that XML escapes are written in canonical form', () => {
  const nasty = `& < > " ' \t \n \r\n \r ]]> é 重庆 😀 \u0085 \u2028 \ufffd`;
  const order = goldenOrder();
  order.note = nasty;
  const note = (text: string) => `<ceb:note>${text}</ceb:note>`;
  const strange: Envelope = { ...envelope, guid: '<"&\'>\t\n\r' };
  const unsigned = message('CEB303Message').write([input(order)], strange);
  expect(unsigned.head).toContain(
    note(`&amp; &lt; &gt; " ' \t \n &#xD;\n &#xD; ]]&gt; é 重庆 😀 \u0085 \u2028 \ufffd`),
  );
  expect(unsigned.head).toContain(`guid="&lt;&quot;&amp;'>&#x9;&#xA;&#xD;"`);
  expect(canonicalForm(asFile(unsigned))).toBe(unsigned.head + unsigned.tail);
});

test.each(['\u0000', '\u0007', '\u001f', '\ufffe', '\uffff', '\ud800', '\udc00', 'a\ud83d', '\ude00😀'])(
  'a character that XML forbids never gets into a message (%j)',
  (character) => {
    const order = goldenOrder();
    order.note = `a${character}b`;
    expect(() => message('CEB303Message').write([input(order)], envelope)).toThrow(RangeError);
    expect(() => message('CEB403Message').write([input()], { ...envelope, guid: character })).toThrow(
      RangeError,
    );
  },
);

test('what is unknown is left out, never written empty', () => {
  const order = goldenOrder();
  order.payment.payNo = undefined;
  order.payment.note = '';
  const { head, tail } = message('CEB403Message').write([input(order)], envelope);
  expect(head).not.toMatch(/payNo|note/);
  expect(head + tail).not.toMatch(/><\/ceb:[a-z]/);
});

test('the first filled of several sources is written, and a default where there is none', () => {
  const order = goldenOrder();
  order.list.freight = '24.00';
  order.freight = undefined;
  expect(message('CEB603Message').write([input(order)], envelope).head).toContain(
    '<ceb:freight>24.00</ceb:freight>',
  );
  expect(message('CEB303Message').write([input(order)], envelope).head).toContain(
    '<ceb:freight>0</ceb:freight>',
  );
});

test('times are written in Beijing time', () => {
  const document = { ...documentFacts(), appTime: new Date('2026-12-31T16:00:00Z') };
  const { head } = message('CEB403Message').write([{ order: goldenOrder(), document }], envelope);
  expect(head).toContain('<ceb:appTime>20270101000000</ceb:appTime>');
  expect(head).toContain('<ceb:accountingDate>20261118002030</ceb:accountingDate>');
});

test('a time that is none is not written', () => {
  const order = goldenOrder();
  order.payment.accountingDate = '2026-02-30T00:00:00Z';
  expect(() => message('CEB403Message').write([input(order)], envelope)).toThrow(/accountingDate/);
});

test('a list that is written back to back with another does not inherit its values', () => {
  const bare = goldenOrder();
  bare.note = undefined;
  const noted = goldenOrder();
  noted.note = 'first';
  const { head } = message('CEB303Message').write([input(noted, 1), input(bare, 2)], envelope);
  expect(head.match(/<ceb:note>/g)).toHaveLength(1);
});
