import { describe, expect, test } from '@jest/globals';
import { generateXsd } from '../../src/messages/xsd.js';
import {
  asFile,
  catalogue,
  envelope,
  golden,
  hollowSignature,
  input,
  message,
  sentMessages,
} from './fixtures.js';
import { schemaObjection } from './judge.js';

const xsd = generateXsd(catalogue);
const declared = (schema: string) =>
  [...schema.matchAll(/^ {2}<xs:element name="(\w+)"/gm)].map((match) => match[1]);

test('the schema declares every message of the edition and nothing else at the top', () => {
  expect(declared(xsd)).toEqual(catalogue.messages().map((mapping) => mapping.message));
});

test('a schema can be made of one flow or of named messages', () => {
  for (const flow of ['export', 'import'] as const) {
    const names = catalogue.messages().filter((m) => m.flow === flow || m.flow === 'any');
    expect(declared(generateXsd(catalogue, { flow }))).toEqual(names.map((m) => m.message));
  }
  expect(declared(generateXsd(catalogue, { flow: 'import' }))).toContain('CEB900Message');
  expect(declared(generateXsd(catalogue, { flow: 'import' }))).not.toContain('CEB603Message');
  expect(declared(generateXsd(catalogue, { messages: ['CEB603Message'] }))).toEqual(['CEB603Message']);
});

test.each(sentMessages)('the golden %s is valid', (name) => {
  expect(schemaObjection(xsd, golden(`${name}.xml`).replaceAll('\n', ''))).toBeUndefined();
});

describe('the schema objects to', () => {
  const valid = asFile(message('CEB603Message').write([input()], envelope), hollowSignature);
  const cases: [what: string, from: string | RegExp, to: string, objection: RegExp][] = [
    ['a missing required element', /<ceb:orderNo>.*?<\/ceb:orderNo>/, '', /orderNo/],
    ['an unknown element', '<ceb:ieFlag>', '<ceb:colour>red</ceb:colour><ceb:ieFlag>', /colour/],
    [
      'elements in another order',
      /(<ceb:appType>.*?)(<ceb:appTime>.*?)(<ceb:appStatus>)/,
      '$2$1$3',
      /appTime/,
    ],
    ['a code of the wrong length', '<ceb:gcode>9503002100', '<ceb:gcode>950300210', /gcode/],
    ['a text that is too long', '<ceb:wrapType>2', '<ceb:wrapType>22', /wrapType/],
    ['six decimal places', '<ceb:netWeight>2.35', '<ceb:netWeight>2.350001', /netWeight/],
    ['an exponent', '<ceb:netWeight>2.35', '<ceb:netWeight>2e3', /netWeight/],
    ['a fraction of a package', '<ceb:packNo>1', '<ceb:packNo>1.5', /packNo/],
    ['another value of a fixed element', '<ceb:ieFlag>E', '<ceb:ieFlag>I', /ieFlag/],
    ['a second BaseTransfer', /(<ceb:BaseTransfer>.*<\/ceb:BaseTransfer>)/, '$1$1', /BaseTransfer/],
    [
      'a signature in the wrong place',
      /(<ceb:BaseTransfer>.*<\/ceb:BaseTransfer>)(<ds:.*<\/ds:Signature>)/,
      '$2$1',
      /Sig/,
    ],
    ['an element of no namespace', '<ceb:ieFlag>E</ceb:ieFlag>', '<ieFlag>E</ieFlag>', /ieFlag/],
    ['a message without guid', /(xsi="[^"]*") guid="[^"]*"/, '$1', /guid/],
  ];
  test.each(cases)('%s', (_, from, to, objection) => {
    const changed = valid.replace(from, to);
    expect(changed).not.toBe(valid);
    expect(schemaObjection(xsd, changed)).toMatch(objection);
  });
  test('nothing in the message these were made from', () => {
    expect(schemaObjection(xsd, valid)).toBeUndefined();
  });
});
