import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/base/root.js';
import { openDoor } from '../../src/messages/door.js';
import { plainTree } from '../../src/messages/plainXml.js';
import { parseAny, parseTree } from '../../src/messages/xmlTree.js';
import { asFile, envelope, input, message } from './fixtures.js';

/** Every XML file that comes with the project. */
const files = ['examples', 'test', 'mappings', 'demo', 'adapters'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.xml'))
    .map((name) => join(folder, name)),
);
const opened = (file: string) => openDoor(readFileSync(join(projectRoot, file))).text;

const names = ['a', 'ceb:b', 'ceb:a', 'x-y.z', '清单', 'ds:Signature'];
const pieces = [
  'text', ' ', '\n  ', '\r\n', '\r', '\t', '放行 &amp; 结关', '&lt;', '&gt;', '&quot;&apos;', '&amp;lt;', '&#65;',
  '&#13;', '&#x10FFFF;', '<![CDATA[<a>&amp;]]>', '<![CDATA[]]>', '<!-- < a > -->', '<?pi a="1"?>', '"', "'", '/', '=', '𝄞', '>',
]; // prettier-ignore
const values = [
  '"1"',
  "'1'",
  '"a b"',
  '""',
  '"&amp;"',
  '"&#10;"',
  '"a>b"',
  "'\"'",
  '"/"',
  '"\n"',
  '"\t x"',
  '"="',
];
const spaces = [' ', '  ', '\n', '\t'];

/** Well-formed elements in whatever form: plain ones, and all that has to be left to the parser. */
const element: fc.Memo<string> = fc.memo((depth) => {
  const content =
    depth <= 1
      ? fc.array(fc.constantFrom(...pieces), { maxLength: 3 })
      : fc.array(fc.oneof(fc.constantFrom(...pieces), element(depth - 1)), { maxLength: 4 });
  const attribute = fc.tuple(
    fc.constantFrom(...spaces),
    fc.oneof(
      fc.tuple(
        fc.constantFrom('guid', 'ceb:version'),
        fc.constantFrom('=', ' = '),
        fc.constantFrom(...values),
      ),
      fc.tuple(
        fc.constantFrom('xmlns:q', 'xmlns:ceb', 'xmlns'),
        fc.constant('='),
        fc.constantFrom('"urn:a"', "'urn:b'"),
      ),
    ),
  );
  const attributes = fc.uniqueArray(attribute, { selector: ([, [name]]) => name, maxLength: 2 });
  return fc
    .tuple(fc.constantFrom(...names), attributes, fc.constantFrom('', ' ', '\n'), content, fc.boolean())
    .map(([name, given, space, inside, empty]) => {
      const tag = `${name}${given.map(([before, parts]) => before + parts.join('')).join('')}${space}`;
      return empty && inside.length === 0 ? `<${tag}/>` : `<${tag}>${inside.join('')}</${name}${space}>`;
    });
});
const start = '<ceb:root xmlns:ceb="http://www.chinaport.gov.cn/ceb" xmlns:ds="urn:d" xmlns="urn:n">';
const document = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>', "<?xml version='1.0'?>\n", '<!-- a -->'),
    fc.array(element(3), { maxLength: 3 }),
    fc.constantFrom('', '\n', '<!-- end -->', '<?end?>'),
  )
  .map(([head, elements, tail]) => `${head}${start}${elements.join('')}</ceb:root>${tail}`);

describe('reading XML', () => {
  test('every XML file of the project is read to the same tree as by the parser alone', () => {
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect([file, parseTree(opened(file))]).toEqual([file, parseAny(opened(file))]);
  });

  test('a signed message of our own has the plain form', () => {
    const text = asFile(message('CEB603Message').write([input()], envelope));
    const { text: inside } = openDoor(Buffer.from(text));
    expect(plainTree(inside)).toEqual(parseAny(inside));
  });

  test('any text that passes the door is read to the same tree as by the parser alone', () => {
    let plain = 0;
    fc.assert(
      fc.property(document, (xml) => {
        const { text } = openDoor(Buffer.from(xml));
        if (plainTree(text)) plain++;
        expect(parseTree(text)).toEqual(parseAny(text));
      }),
      { numRuns: 3000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  test.each([
    ['a comment', '<a><!-- x --></a>'],
    ['a CDATA section', '<a><![CDATA[x]]></a>'],
    ['an instruction', '<a><?x?></a>'],
    ['a character reference', '<a>&#65;</a>'],
    ['a carriage return', '<a>\r</a>'],
    ['an attribute in single quotes', "<a b='1'/>"],
    ['an attribute with an entity', '<a b="&amp;"/>'],
    ['a bracket in an attribute', '<a b="1>2"/>'],
    ['something behind the root', '<a/><!-- x -->'],
    ['a text that breaks off', '<a><b'],
    ['a name every object has', '<a><constructor/></a>'],
  ])('%s is left to the parser', (_, xml) => {
    expect(plainTree(xml)).toBeUndefined();
  });
});
