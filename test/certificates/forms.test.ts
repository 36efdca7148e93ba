import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../src/base/root.js';
import { applicationOf, type Application } from '../../src/certificates/application.js';
import { agreementsFor } from '../../src/certificates/book.js';
import { checkApplication } from '../../src/certificates/check.js';
import { numberFor } from '../../src/certificates/number.js';
import { readAttachments, writeAttachments } from '../../src/commands/buildAttachments.js';
import { readCertificates } from '../../src/commands/buildCertificates.js';
import { Journey } from '../../src/journey.js';
import { readFieldType } from '../../src/messages/fieldType.js';
import type { FormNode } from '../../src/messages/forms/formMapping.js';
import { loadRulebook } from '../../src/rulebook.js';
import { signingProfiles } from '../../src/signing/profiles.js';

const clock = { now: () => new Date('2026-11-22T02:00:00Z') };
const rulebook = loadRulebook(clock);
const form = rulebook.catalogue.forms.find((f) => f.mapping.message === 'Certificate')!;
const message = rulebook.families.message('Certificate')!;
const { codes } = rulebook.catalogue;
const book = rulebook.certificates;
const parts = { book, form, message, codes };
const [file] = readCertificates(join(projectRoot, 'examples/certificates/rcep.json'))!;
const filed = { class: 'B', filed: new Set(['MA6C96CN5']) };

type Fields = Record<string, unknown>;
/** The application of the example, with other fields and another type or destination. */
function application(more: Partial<Application> = {}, head: Fields = {}, line: Fields = {}): Application {
  const { fields, orders, goods, customsCode } = file!;
  return {
    ...applicationOf(
      {
        agreement: more.agreement ?? 'RC',
        status: more.status ?? '0',
        day: '2026-11-22',
        sources: orders.map((order) => ({
          declarationId: 'a',
          order,
          invtNo: null,
          lines: [{ gnum: '1', qty: '1200' }],
        })),
        goods: new Map(Object.entries(goods)),
        customsCode,
        certificate: {
          ...fields,
          CertificateHead: { ...(fields.CertificateHead as Fields), ...head },
          CertificateList: [{ ...(fields.CertificateList as Fields[])[0], ...line }],
        },
      },
      codes,
    ),
    promise: '1',
    ...more,
  };
}
const codesOf = (a: Application, registry = filed, certNo = numberFor(a, '0001')) =>
  checkApplication(a, certNo, registry, parts).map((f) => `${f.code} ${f.path.replace('certificate.', '')}`);

describe('the message', () => {
  const elements = z
    .record(z.string(), z.array(z.string()))
    .parse(JSON.parse(readFileSync(join(projectRoot, 'test/certificates/elements.json'), 'utf8')));
  const mapped = (nodes: readonly FormNode[], name: string, into: Record<string, string[]>) => {
    const at = (node: FormNode) => {
      into[node.node] = [
        ...node.fields.map((field) => {
          const type = readFieldType(field.type);
          const size = type.kind === 'text' ? (Number.isFinite(type.max) ? String(type.max) : '') : 'int';
          const must = field.needs.includes('draft') || field.needs.includes('node');
          return `${field.name}${must ? '!' : ''} ${size}`.trim();
        }),
        ...node.children.map((c) => c.node),
      ];
      node.children.forEach(at);
    };
    into[name] = nodes.map((n) => n.node);
    nodes.forEach(at);
    return into;
  };

  test('it has every element of the specification, in its order, with its lengths and what must be there', () => {
    expect(Object.values(elements).flat().length).toBeGreaterThan(110);
    expect(mapped(form.mapping.root, 'Certificate', {})).toEqual(elements);
    expect(form.mapping.xml.namespace).toBe('http://www.w3.org/2000/09/xmldsig#');
  });

  test('the example is written as the golden message, and reads back the same', () => {
    const given = application();
    const { seal } = message;
    if (seal.signature !== 'none') throw new Error('it leaves unsigned');
    const key = numberFor(given, '0001');
    const document = { guid: '', appType: '1', appTime: clock.now(), appStatus: '2', copNo: key, key };
    const transfer = { copCode: '', copName: '', dxpMode: 'DXP' as const, dxpId: '' };
    const bytes = seal.write([{ order: { ...given }, document }], { guid: '', transfer });
    expect(seal.prove(bytes)).toEqual([]);
    expect(bytes.toString()).toBe(
      readFileSync(join(projectRoot, 'test/certificates/golden/Certificate-RC.xml'), 'utf8').trimEnd(),
    );
    const { family, reading } = rulebook.families.read(bytes);
    expect([family.name, reading.form?.unknown]).toEqual(['coo', []]);
  });
});

test('companies outside the agreement and further invoices stand in the message, an invoice with the number of the certificate', () => {
  const more = application({}, { ThirdPartyInvFlag: '1' });
  const company = {
    SortNo: '1',
    EntName: 'EXAMPLE TRADING PTE. LTD.',
    EntAddr: '1 EXAMPLE ROAD, SINGAPORE',
    EntCountryCode: 'SGP',
    EntCountryName: 'SINGAPORE',
  };
  const invoice = { InvNo: 'INV-2', Curr: 'USD', PriceClause: 'FOB', InvDate: '2026-11-21' };
  Object.assign(more.certificate, { NonpartyCorpList: [company], OriInvs: [invoice] });
  expect(codesOf(more)).toEqual([]);
  const key = numberFor(more, '0001');
  const { data } = form.compose({
    order: { ...more },
    document: { guid: '', appType: '1', appTime: clock.now(), appStatus: '2', copNo: key, key },
  });
  const text = form.write(data).toString();
  expect(text).toContain('<NonpartyCorpList><NonpartyCorp><SortNo>1</SortNo><EntName>EXAMPLE TRADING');
  expect(text).toContain(`<OriInvs><OriInv><CertNo>${key}</CertNo><InvNo>INV-2</InvNo>`);
});

const out = mkdtempSync(join(tmpdir(), 'attachment-'));
afterAll(() => rmSync(out, { recursive: true }));

test('an attachment is the file that its example names, without a namespace or codes nobody published, and reads back the same', () => {
  const from = join(projectRoot, 'examples/certificates/attachment.json');
  const pdf = readFileSync(join(projectRoot, 'examples/certificates/invoice.pdf'));
  const journey = new Journey({
    ...rulebook,
    clock,
    signers: { find: () => undefined },
    profile: signingProfiles().named('official-202205'),
    transfer: { copCode: '', copName: '', dxpMode: 'DXP', dxpId: '' },
    batch: 100,
  });
  const { written, faulty } = writeAttachments(journey, readAttachments(from)!, from, out);
  expect(faulty).toEqual([]);
  const bytes = readFileSync(join(out, written[0]!.file));
  expect(bytes.toString()).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><File><CertNo>RC26MA6C96Q150001</CertNo><CertType>RC</CertType>' +
      '<AplRegNo>91500102MA6C96Q158</AplRegNo><CiqRegNo>91500102MA6C96Q158</CiqRegNo><FileName>invoice.pdf</FileName>' +
      `<FileContent>${pdf.toString('base64')}</FileContent></File>`,
  );
  const { family, reading } = rulebook.families.read(bytes);
  expect([family.name, reading.form?.unknown]).toEqual(['coofile', []]);
  expect(reading.form?.data).toMatchObject({ File: { FileName: 'invoice.pdf' } });
});

describe('faults before sending', () => {
  test('the example has none', () => expect(codesOf(application())).toEqual([]));

  test('everything that is missing is named at its own field, with what to do, in both languages', () => {
    const bare = { ...application(), certificate: {}, promise: '' };
    const faults = checkApplication(bare, numberFor(bare, '0001'), filed, parts);
    expect(faults.length).toBeGreaterThan(8);
    expect(codesOf(bare)).toEqual(
      expect.arrayContaining([
        'F01 CertificateHead.Exporter',
        'F01 CertificateHead.Consignee',
        'F01 AplPromise.AplPromiseCode',
        'O01 CertificateHead.PriceTerms',
      ]),
    );
    for (const fault of faults) {
      expect(fault.path).toMatch(/^certificate\./);
      expect(fault.message.zh).toMatch(/\p{Script=Han}/u);
      expect(fault.fix.en).not.toMatch(/\{|\p{Script=Han}/u);
    }
  });

  test.each<[string, Application, string[]]>([
    [
      'RVC without its share of imported materials',
      application({}, {}, { OriCriteria: 'RVC' }),
      ['O01 CertificateList[0].ICompPrpr'],
    ],
    [
      'a third-party invoice without the company outside the agreement',
      application({}, { ThirdPartyInvFlag: '1' }),
      ['O01 NonpartyCorpList'],
    ],
    [
      'a general certificate with an origin criterion',
      application({ agreement: 'C' }, {}, { OriCriteria: 'PE' }),
      ['O02 CertificateList[0].OriCriteria'],
    ],
    [
      'an amended certificate that does not name the old one',
      application({ status: '1' }),
      ['O01 ModCertificate.OldCertNo', 'O01 ModCertificate.ModReason'],
    ],
    [
      'a value that is no number',
      application({}, {}, { InvValue: '3,600' }),
      ['O10 CertificateList[0].InvValue'],
    ],
    ['a day that is none', application({}, { InvDate: '2026-13-01' }), ['O11 CertificateHead.InvDate']],
    [
      'another quantity than the goods have',
      application({}, {}, { GoodsQty: '1300' }),
      ['O22 CertificateList[0].GoodsQty'],
    ],
    [
      'a destination outside the agreement',
      application({ destination: { code: '502', iso3: 'USA', name: '美国', nameEn: 'UNITED STATES' } }),
      ['O04 CertificateHead.CertType'],
    ],
    [
      'a criterion nobody knows of RCEP',
      application({}, {}, { OriCriteria: 'XX' }),
      ['O16 CertificateList[0].OriCriteria'],
    ],
    ['an element the form does not have', application({}, { Exportr: 'x' }), ['G01 CertificateHead.Exportr']],
  ])('%s is named', (_what, given, expected) => expect(codesOf(given)).toEqual(expected));

  test('a draft that is only stored (ApplyType 0) needs less', () =>
    expect(codesOf(application({}, { ApplyType: '0', InvDate: null, Exporter: '' }))).toEqual([
      'G03 certificate',
    ]));

  test('a number that is not made as the specification says is refused', () => {
    expect(codesOf(application(), filed, 'RC26MA6C96Q15001')).toEqual(['O09 CertificateHead.CertNo']);
    expect(codesOf(application(), filed, 'RC26MA6C96CN50001')).toEqual(['O09 CertificateHead.CertNo']);
  });

  test('a producer nobody filed is doubtful, and for an exporter of class C a fault', () => {
    const unfiled = { ...filed, filed: new Set<string>() };
    const at = 'CertificateList[0].CiqRegNo';
    expect(codesOf(application(), unfiled)).toEqual([`O12 ${at}`]);
    expect(codesOf(application(), { ...unfiled, class: 'C' })).toEqual([`O13 ${at}`]);
  });
});

test('the types for a destination follow the days on which agreements came into force', () => {
  const types = (country: string, day: string) => agreementsFor(book, country, day).map((a) => a.type);
  expect(types('116', '2026-11-22')).toEqual(['RC', 'C']);
  expect(types('129', '2023-06-01')).toEqual(['E', 'C']);
  expect(types('129', '2023-06-02')).toEqual(['RC', 'E', 'C']);
  expect(types('502', '2026-11-22')).toEqual(['C']);
});

describe('receipts', () => {
  const read = (xml: string) => {
    const [answer] = rulebook.families.read(Buffer.from(xml)).reading.answers;
    return { ...answer!, ...rulebook.statuses.meaning(answer!.returnStatus, 'Certificate') };
  };
  const receipt = (inside: string) => `<Receipt><CertNo>RC26MA6C96Q150001</CertNo>${inside}</Receipt>`;

  test.each([
    ['<FileRet><CertNo>N</CertNo><RetType>3</RetType><Note>ok</Note></FileRet>', 'received'],
    ['<FileRet><CertNo>N</CertNo><RetType>4</RetType></FileRet>', 'failed'],
    [receipt('<Channel>2</Channel>'), 'failed'],
    [receipt('<Channel>1</Channel><RepType>2</RepType>'), 'review'],
    [receipt('<RepType>3</RepType>'), 'sent-back'],
    [receipt('<RepType>6</RepType>'), 'sent-back'],
    [receipt('<RepType>1</RepType>'), 'refused'],
    [receipt('<RepType>5</RepType>'), 'accepted'],
  ])('%s means %s', (xml, verdict) => expect(read(xml).verdict).toBe(verdict));

  test('one that names a file answers that attachment and says nothing of the certificate', () => {
    const answer = read(
      '<FileRet><CertNo>N</CertNo><RetType>2</RetType><FileName>a.pdf</FileName></FileRet>',
    );
    expect(answer).toMatchObject({ receiptOf: 'File', key: ['N', 'a.pdf'], returnStatus: 'attachment:2' });
    expect(answer.gives).toBeUndefined();
    expect(rulebook.statuses.meaning('attachment:2', 'File').verdict).toBe('failed');
  });

  test('a code nobody knows is kept with its words and changes nothing', () =>
    expect(
      read(
        receipt(
          '<RepType>9</RepType><RepAddMsg>新代码</RepAddMsg><RspGenTime>2026-11-22 10:00:01</RspGenTime>',
        ),
      ),
    ).toMatchObject({
      returnStatus: 'rep:9',
      info: '新代码',
      returnTime: new Date('2026-11-22T02:00:01Z'),
      rank: 0,
      text: { zh: '未知回执代码 rep:9' },
    }));
});
