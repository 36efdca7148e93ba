import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../src/base/clock.js';
import { projectRoot } from '../../src/base/root.js';
import { everyFault } from '../../src/checks/everyFault.js';
import { bySeverity } from '../../src/base/fault.js';
import type { FamilyDocument, FamilyMessage } from '../../src/messages/families/family.js';
import { decFamily } from '../../src/messages/families/dec.js';
import type { FormNode } from '../../src/messages/forms/formMapping.js';
import type { Order } from '../../src/orders/order.js';
import { readOrders } from '../../src/orders/read/readOrders.js';
import { loadRulebook } from '../../src/rulebook.js';

/** A fixed moment, so that goldens are the same every day. */
const clock: Clock = { now: () => new Date('2026-11-22T02:00:00Z') };
const rulebook = loadRulebook(clock);
const here = join(projectRoot, 'test', 'goodsDeclarations');

async function ordersOf(file: string): Promise<Order[]> {
  const bytes = readFileSync(join(projectRoot, 'examples', 'declarations', file));
  async function* chunks() {
    yield await Promise.resolve(bytes);
  }
  const orders: Order[] = [];
  for await (const { order, faults } of readOrders(chunks(), { ...rulebook.readOptions, format: 'json' })) {
    expect(faults.filter((fault) => fault.severity === 'fault')).toEqual([]);
    if (order) orders.push(order);
  }
  return orders;
}

const inspected = await ordersOf('inspected.json');
const [food, cosmetics, battery] = inspected as [Order, Order, Order];
const [general] = (await ordersOf('general-export.json')) as [Order];
const message = (type: string): FamilyMessage => {
  const found = rulebook.families.message(type);
  if (!found) throw new Error(`no family sends ${type}`);
  return found;
};
const parts = { ...rulebook, clock };
const faultsOf = (order: Order) => bySeverity(everyFault(order, parts)).faults;

const document = (order: Order, key: string, numbers: Record<string, string> = {}): FamilyDocument => ({
  order,
  document: {
    guid: 'A'.repeat(36),
    appType: '1',
    appTime: clock.now(),
    appStatus: '2',
    copNo: '',
    key,
  },
  numbers,
});

function bytesOf(type: string, input: FamilyDocument): Buffer {
  const { seal } = message(type);
  if (seal.signature !== 'none') throw new Error('a draft leaves unsigned');
  const transfer = { copCode: '', copName: '', dxpMode: 'DXP' as const, dxpId: '' };
  const bytes = seal.write([input], { guid: 'A'.repeat(36), transfer });
  expect(seal.prove(bytes)).toEqual([]);
  return bytes;
}

const listSchema = z.record(z.string(), z.array(z.string()));
const held = z
  .object({ DecMessage: listSchema, uncertain: z.array(z.string()), EEntDeclIo: listSchema })
  .parse(JSON.parse(readFileSync(join(here, 'elements.json'), 'utf8')));

/** The type of the list in the short form of mappings. */
function shortType(type: string): string {
  const [, name = '', size = ''] = /^(\w+)(?:\((.+)\))?$/.exec(type) ?? [];
  if (/^(String|DateTime)$/.test(name)) return size === '' ? 'C..' : `C..${size}`;
  if (/^date$/i.test(name)) return `C${size === '' ? 8 : size}`;
  if (name === 'Integer' || name === 'Decimal') return `N${size}`;
  return 'C..';
}

function nodesOf(nodes: readonly FormNode[]): FormNode[] {
  return nodes.flatMap((node) => [node, ...nodesOf(node.children)]);
}
const mappingOf = (type: string) => {
  const form = rulebook.catalogue.forms.find((f) => f.mapping.message === type);
  if (!form) throw new Error(`no form ${type}`);
  return form.mapping;
};

describe('the mappings hold every element of the list of the project, in its order and with its type', () => {
  test.each(Object.entries(held.DecMessage))('DecMessage %s', (name, fields) => {
    const node = nodesOf(mappingOf('DecMessage').root).find((n) => n.node === name);
    expect(node?.fields.map((f) => [f.name, f.type, f.inspection, f.place !== null].join(' '))).toEqual(
      fields.map((entry) => {
        const [field = '', type = '', ...marks] = entry.split(' ');
        return [field, shortType(type), marks.includes('i'), !marks.includes('?')].join(' ');
      }),
    );
    expect(node?.certain).toBe(!held.uncertain.includes(name));
  });

  test.each(Object.entries(held.EEntDeclIo))('EEntDeclIo %s', (name, fields) => {
    const node = nodesOf(mappingOf('EEntDeclIo').root).find((n) => n.node === name);
    expect(node?.fields.map((f) => `${f.name} ${f.type}`)).toEqual(
      fields.map((entry) => {
        const [field = '', type = ''] = entry.split(' ');
        return `${field} ${shortType(type)}`;
      }),
    );
  });

  test('the declaration carries the fields of the former inspection form', () => {
    const marked = Object.values(held.DecMessage)
      .flat()
      .filter((entry) => entry.split(' ').includes('i'));
    expect(marked.length).toBeGreaterThanOrEqual(82);
  });
});

describe('golden messages', () => {
  const ledger = { clBlNo: '226N26110013904001' };
  const goldens = [
    ['DecMessage-9710-food.xml', 'DecMessage', food, '202611220000000001', ledger],
    ['DecMessage-9810-cosmetics.xml', 'DecMessage', cosmetics, '202611220000000002', ledger],
    ['DecMessage-9710-battery.xml', 'DecMessage', battery, '202611220000000003', ledger],
    ['DecMessage-0110.xml', 'DecMessage', general, '202611220000000004', {}],
    ['EEntDeclIo-9710-battery.xml', 'EEntDeclIo', battery, 'SQ2611220000000003', {}],
    ['EEntDeclIo-9710-food.xml', 'EEntDeclIo', food, 'SQ2611220000000001', {}],
    ['EEntDeclIo-9810-cosmetics.xml', 'EEntDeclIo', cosmetics, 'SQ2611220000000002', {}],
  ] as const;

  test.each(goldens)(
    '%s is written byte for byte, and xmllint takes it',
    (file, type, order, key, numbers) => {
      expect(faultsOf(order)).toEqual([]);
      const bytes = bytesOf(type, document(order, key, numbers));
      const path = join(here, 'golden', file);
      expect(bytes.toString('utf8')).toBe(readFileSync(path, 'utf8'));
      execFileSync('xmllint', ['--noout', path]);
    },
  );

  test.each(goldens)(
    '%s is read back into the data it was written from',
    (file, type, order, key, numbers) => {
      const { family, reading } = rulebook.families.read(readFileSync(join(here, 'golden', file)));
      const form = rulebook.catalogue.forms.find((f) => f.mapping.message === type);
      expect(family.name).toBe(form?.mapping.family);
      expect(reading.form?.unknown).toEqual([]);
      expect(reading.form?.data).toEqual(form?.compose(document(order, key, numbers)).data);
    },
  );
});

describe('what the draft of a declaration says', () => {
  test('what only a person knows is asked for, and the declaration waits instead of being refused', () => {
    const { declaration: _none, ...bare } = food;
    const order = { ...bare, declaration: {} } as Order;
    expect(faultsOf(order)).toEqual([]);
    const asked = everyFault(order, parts).find((fault) => fault.code === 'G08');
    expect(asked?.message.en).toContain('Typist, IC card number');
    expect(message('DecMessage').isComplete?.(document(order, '1'))).toBe(false);
    expect(message('DecMessage').isComplete?.(document(food, '1'))).toBe(true);
  });

  test.each([
    ['DecLists', [{ GQty: '1199' }], 'declaration.DecLists[0].GQty', '1200'],
    ['DecLists', [{ DeclTotal: '5401' }], 'declaration.DecLists[0].DeclTotal', '5400'],
    ['DecLists', [{ GName: '底料' }], 'declaration.DecLists[0].GName', '火锅底料'],
    ['DecLists', [{ TradeCurr: 'EUR' }], 'declaration.DecLists[0].TradeCurr', 'USD'],
    ['DecHead', { TradeName: '另一家公司' }, 'declaration.DecHead.TradeName', food.seller.name],
  ])('a declaration that disagrees with its order in %s %j is a fault', (node, given, path, expected) => {
    const order = { ...food, declaration: { ...food.declaration, [node]: given } };
    expect(everyFault(order, parts)).toContainEqual(
      expect.objectContaining({ code: 'G02', severity: 'fault', path }),
    );
    const { en } = everyFault(order, parts).find((fault) => fault.code === 'G02')?.message ?? {};
    expect(en).toContain(expected);
  });

  test('the same quantity written otherwise agrees', () => {
    const order = { ...food, declaration: { ...food.declaration, DecLists: [{ GQty: '1200.000' }] } };
    expect(faultsOf(order)).toEqual([]);
  });

  test('an element that the form does not have is a fault that names the nearest', () => {
    const order = { ...food, declaration: { DecHead: { GrossWeight: '3' }, DecList: [] } };
    const found = faultsOf(order).filter((fault) => fault.code === 'G01');
    expect(found.map((fault) => fault.path)).toEqual([
      'declaration.DecHead.GrossWeight',
      'declaration.DecList',
    ]);
    expect(found[0]?.message.en).toContain('GrossWet');
  });

  test('goods under inspection do not leave without an electronic ledger, given by receipt or by a person', () => {
    const { seal } = message('DecMessage');
    const write = (input: FamilyDocument) => bytesOf('DecMessage', input).toString();
    expect(seal.signature).toBe('none');
    expect(() => write(document(food, '202611220000000001'))).toThrow('G04');
    expect(write(document(food, '202611220000000001', { clBlNo: '226N26110013904001' }))).toContain(
      '<LicenseDocu><DocuCode>B</DocuCode><CertCode>226N26110013904001</CertCode></LicenseDocu>',
    );
    const own = {
      ...food,
      declaration: {
        ...food.declaration,
        DecLicenseDocus: [{ DocuCode: 'B', CertCode: '226N26110099999001' }],
      },
    };
    const bytes = write(document(own, '202611220000000001', { clBlNo: '226N26110013904001' }));
    expect(bytes.match(/<DocuCode>/g)).toHaveLength(1);
    expect(bytes).toContain('226N26110099999001');
  });

  test('declaring directly without a configured signer is a fault that says what is not established', () => {
    const order = {
      ...food,
      declaration: { ...food.declaration, DecSign: { OperType: 'C' } },
    };
    const fault = faultsOf(order).find((one) => one.code === 'G05');
    expect(fault?.message.en).toContain('not established');
  });

  test('with a configured signer a declaration leaves signed and a draft does not; a signature that does not fit is refused', async () => {
    const form = rulebook.catalogue.forms.find((f) => f.mapping.message === 'DecMessage');
    if (!form) throw new Error('there is a form');
    const { statuses } = rulebook.families.named('dec') ?? {};
    if (!statuses) throw new Error('there is a family');
    const family = decFamily({ form, statuses, isInspected: () => false, signs: 'message' });
    const { seal } = family.message('DecMessage') ?? {};
    if (seal?.signature !== 'other') throw new Error('it signs in its own way');
    const transfer = { copCode: '', copName: '', dxpMode: 'DXP' as const, dxpId: '' };
    const key = (bytes: number) => ({
      certificate: '',
      keyName: '0123456789',
      sign: () => Promise.resolve(Buffer.alloc(bytes, 7)),
    });
    const write = (order: Order, bytes: number) =>
      seal.write([document(order, '202611220000000009')], { guid: 'A'.repeat(36), transfer }, key(bytes));
    const draft = (await write(food, 72)).toString();
    expect(draft).not.toContain('<Sign>');
    const declared = { ...food, declaration: { ...food.declaration, DecSign: { OperType: 'C' } } };
    const signed = await write(declared, 72);
    expect(signed.toString()).toContain(
      `<OperType>C</OperType><CopCode>MA6C96N45</CopCode><ClientSeqNo>202611220000000009</ClientSeqNo><Sign>${Buffer.alloc(72, 7).toString('base64')}</Sign><Certificate>0123456789</Certificate>`,
    );
    expect(seal.prove(signed)).toEqual([]);
    await expect(write(declared, 256)).rejects.toThrow('G10');
  });

  test('51 goods lines are one too many', () => {
    const line = food.lines[0];
    if (!line) throw new Error('the example has a line');
    const order = {
      ...food,
      lines: Array.from({ length: 51 }, (_, i) => ({ ...line, gnum: String(i + 1) })),
    };
    expect(faultsOf(order)).toContainEqual(expect.objectContaining({ code: 'F14', path: 'lines' }));
  });
});
