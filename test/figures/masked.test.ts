import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../src/base/root.js';
import { maskedXml } from '../../src/views/figures/masked.js';

const EXAMPLES = join(projectRoot, 'test', 'examples', 'messages');
const order = z
  .object({ payer: z.unknown(), buyer: z.unknown(), consignee: z.unknown() })
  .parse(JSON.parse(readFileSync(join(EXAMPLES, 'import-order.json'), 'utf8')));
/** Every value of the example order that names its payer, buyer or consignee; not the one-letter types of documents. */
const persons = [
  ...JSON.stringify([order.payer, order.buyer, order.consignee]).matchAll(/:"([^"]{2,})"/g),
].map(([, value = '']) => value);

describe('messages for eyes that may not see persons', () => {
  test('no example message, export or import, keeps a value that names a person', () => {
    expect(persons.length).toBeGreaterThan(3);
    const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.xml'));
    expect(files.length).toBeGreaterThan(20);
    let masked = 0;
    for (const file of files) {
      const bytes = readFileSync(join(EXAMPLES, file));
      const text = maskedXml(bytes);
      // What stands in CDATA is not read, so such a message is not shown at all.
      expect(text === undefined).toBe(bytes.includes('<![CDATA['));
      if (text === undefined) continue;
      masked += text.split('***').length - 1;
      expect(persons.filter((person) => new RegExp(`>\\s*${person}\\s*<`).test(text))).toEqual([]);
    }
    expect(masked).toBeGreaterThan(10);
  });

  test('what is packed into one element is not shown, and what hides text from the reader is refused', () => {
    const packed = maskedXml(Buffer.from(`<a><guid>G1</guid><Data>${'QUJD'.repeat(400)}</Data></a>`));
    expect(packed).toBe('<a><guid>G1</guid><Data>***</Data></a>');
    expect(maskedXml(Buffer.from('<a><buyerName><![CDATA[李山城]]></buyerName></a>'))).toBeUndefined();
    expect(maskedXml(Buffer.from('<a><!-- 李山城 --></a>'))).toBe('<a></a>');
    expect(maskedXml(Buffer.from('\u0001not xml'))).toBeUndefined();
  });
});
