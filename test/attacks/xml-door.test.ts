import { describe, expect, test } from '@jest/globals';
import { FaultError, type Fault } from '../../src/base/fault.js';
import { openDoor, type DoorLimits } from '../../src/messages/door.js';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);

/** The one fault the door refuses the bytes with. */
function refusal(attack: Buffer | string, limits?: Partial<DoorLimits>): Fault {
  try {
    openDoor(typeof attack === 'string' ? bytes(attack) : attack, limits);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.faults).toHaveLength(1);
    const [fault] = error.faults;
    if (!fault) throw error;
    expect(JSON.stringify(fault)).not.toMatch(/\{\w+\}/);
    return fault;
  }
  throw new Error('the door let the attack in');
}

describe('declarations never come in', () => {
  test('an external entity', () => {
    expect(refusal('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>').code).toBe('D05');
  });
  test('billion laughs', () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
      '',
    );
    expect(
      refusal(`<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`),
    ).toMatchObject({
      code: 'D05',
      message: {
        en: 'There is a DOCTYPE or entity declaration at line 2, column 1; the whole file is refused',
      },
    });
  });
  test('a parameter entity', () => {
    expect(refusal('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]><a/>').code).toBe(
      'D05',
    );
  });
  test('an external DTD alone', () => {
    expect(refusal('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>').code).toBe('D05');
  });
  test('a DOCTYPE in small letters, behind a comment, behind a byte order mark', () => {
    expect(refusal('<!doctype a><a/>').code).toBe('D05');
    expect(refusal('<!-- <a> --><!DOCTYPE a><a/>').code).toBe('D05');
    expect(refusal('\ufeff<!DOCTYPE a><a/>').code).toBe('D05');
  });
  test('an entity declaration inside the root', () => {
    expect(refusal('<a><!ENTITY x "y"></a>').code).toBe('D05');
  });
  test('a DOCTYPE behind a tag whose attribute holds a closing bracket', () => {
    expect(refusal('<a b="<!--"><!DOCTYPE a></a>').code).toBe('D05');
  });
  test('a DOCTYPE in GB18030', () => {
    expect(refusal('<?xml version="1.0" encoding="GB18030"?><!DOCTYPE a><a/>').code).toBe('D05');
  });
  test('the use of an entity that nobody declared', () => {
    expect(refusal('<a>&x;</a>').code).toBe('D07');
    expect(refusal('<a>&nbsp;</a>').code).toBe('D07');
  });
});

describe('what only looks like a declaration comes in', () => {
  test.each([
    ['a comment', '<a><!-- <!DOCTYPE a [<!ENTITY x "y">]> --></a>'],
    ['CDATA', '<a><![CDATA[<!DOCTYPE a [<!ENTITY x "y">]>&x;]]></a>'],
    ['escaped text', '<a>&lt;!DOCTYPE a&gt;</a>'],
    ['an instruction', '<a><?note <!DOCTYPE a> ?></a>'],
  ])('in %s', (_, xml) => {
    expect(openDoor(bytes(xml)).text).toBe(xml);
  });
});

describe('encodings', () => {
  test('UTF-8 with and without a byte order mark', () => {
    expect(openDoor(bytes('\ufeff<a>重庆</a>')).text).toBe('<a>重庆</a>');
    expect(openDoor(bytes('<?xml version="1.0" encoding="utf-8"?><a>重庆😀</a>')).text).toContain('重庆😀');
  });
  test.each(['GB2312', 'gbk', 'GB18030'])('declared %s', (encoding) => {
    const gb = Buffer.concat([
      bytes(`<?xml version="1.0" encoding="${encoding}"?><a>`),
      Buffer.from([0xd6, 0xd8, 0xc7, 0xec]),
      bytes('</a>'),
    ]);
    expect(openDoor(gb).text).toContain('<a>重庆</a>');
  });
  test('the UTF-16 trick: with and without a byte order mark, both ways round', () => {
    const hidden = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';
    const little = bytes(hidden, 'utf16le');
    const big = Buffer.from(little).swap16();
    expect(refusal(Buffer.concat([Buffer.from([0xff, 0xfe]), little])).code).toBe('D04');
    expect(refusal(Buffer.concat([Buffer.from([0xfe, 0xff]), big])).code).toBe('D04');
    expect(refusal(little).code).toBe('D04');
    expect(refusal(big).code).toBe('D04');
  });
  test('UTF-32', () => {
    expect(refusal(Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c])).code).toBe('D04');
    expect(refusal(Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0])).code).toBe('D04');
  });
  test.each(['UTF-16', 'UTF-7', 'ISO-8859-1', 'EBCDIC-CP-US', ''])('declared as %j', (encoding) => {
    expect(refusal(`<?xml version="1.0" encoding="${encoding}"?><a/>`).code).toBe('D04');
  });
  test('bytes that are not UTF-8', () => {
    expect(refusal(Buffer.concat([bytes('<a>'), Buffer.from([0xd6, 0xd8]), bytes('</a>')])).code).toBe('D03');
  });
  test('an overlong form of <', () => {
    expect(refusal(Buffer.concat([bytes('<a>'), Buffer.from([0xc0, 0xbc]), bytes('</a>')])).code).toBe('D03');
  });
});

describe('sizes', () => {
  test('21 MB are refused before anything is decoded', () => {
    const big = Buffer.alloc(21 * 1024 * 1024, 0x20);
    expect(refusal(big)).toMatchObject({
      code: 'D01',
      message: { zh: `文件有 ${big.length} 字节，超过上限 ${20 * 1024 * 1024} 字节` },
    });
  });
  test('the limit can be set', () => {
    expect(refusal('<aaaaaaaa/>', { maxBytes: 10 }).code).toBe('D01');
    expect(openDoor(bytes('<aaaaaaa/>'), { maxBytes: 10 }).text).toBe('<aaaaaaa/>');
  });
  test.each(['', '\ufeff', ' \n\t'])('nothing at all (%j)', (nothing) => {
    expect(refusal(nothing).code).toBe('D02');
  });
  test('elements 33 deep are refused, 32 deep are not', () => {
    const nested = (n: number) => '<a>'.repeat(n) + '</a>'.repeat(n);
    expect(refusal(nested(33))).toMatchObject({
      code: 'D06',
      message: { en: expect.stringContaining('column 97') },
    });
    expect(openDoor(bytes(nested(32))).text).toBe(nested(32));
  });
  test('a hundred thousand elements deep are refused at once', () => {
    expect(refusal('<a>'.repeat(100_000)).code).toBe('D06');
  });
  test('elements side by side are not depth', () => {
    const wide = `<a>${'<b x=">"/><c></c>'.repeat(1000)}</a>`;
    expect(openDoor(bytes(wide)).text).toBe(wide);
  });
});

describe('broken XML is refused with its place', () => {
  const place = (xml: string) => refusal(xml).message.en.replace(/:.*/s, '');
  test('a truncated file', () => {
    expect(place('<a>\n <b>text</b>\n <c>te')).toMatch(/not well-formed at line 3, column \d+$/);
    expect(refusal('<a>\n <b').code).toBe('D07');
    expect(refusal('<a b="').code).toBe('D07');
    expect(refusal('<a><!-- ').code).toBe('D07');
    expect(refusal('<a><![CDATA[ ').code).toBe('D07');
  });
  test('a wrong end tag', () => {
    expect(place('<a>\n<b></c></a>')).toContain('line 2');
  });
  test('NUL in the middle', () => {
    expect(place('<a>\nx\u0000y</a>')).toContain('line 2, column 2');
  });
  test.each([
    ['a control character', '<a>\u0001</a>'],
    ['a reference to one', '<a>&#0;</a>'],
    ['two roots', '<a/><b/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['a prefix without a namespace', '<x:a/>'],
    ['text that is no XML', 'hello'],
    ['an unescaped ampersand', '<a>A&B</a>'],
  ])('%s', (_, xml) => {
    expect(refusal(xml).code).toBe('D07');
  });
});
