import { describe, expect, test } from '@jest/globals';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { codeOf, loadSandboxData } from '../../adapters/sandbox/data.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { generateXsd } from '../../src/messages/xsd.js';
import { cebMessage } from '../support/cebFixtures.js';
import {
  arrivalXml,
  departureXml,
  exportReturnXml,
  returnTallyXml,
  summaryXml,
  waybillSummaryXml,
  withdrawalXml,
} from '../support/exportFilings.js';
import {
  deliveryStatusXml,
  importReturnXml,
  importWithdrawalXml,
  warehouseEntryXml,
} from '../support/importFilings.js';
import { SandboxBench } from '../support/sandboxBench.js';
import { receiptsIn, statusesOf, type SeenFile } from '../support/sandboxClient.js';

const bench = new SandboxBench();

/** One document of every message, whatever its fate: what is promised here comes before the business checks. */
const oneOfEach: Record<string, (over?: Record<string, string>) => string> = {
  CEB303Message: (over) => bench.four('', over).order,
  CEB403Message: (over) => bench.four('', over).payment,
  CEB505Message: (over) => bench.four('', over).waybill,
  CEB603Message: (over) => bench.four('', over).list,
  CEB507Message: (over) => arrivalXml(over),
  CEB509Message: (over) => departureXml(over),
  CEB605Message: (over) => withdrawalXml(over),
  CEB607Message: (over) => waybillSummaryXml(over ?? {}, [{ logisticsNo: 'JL0001' }]),
  CEB701Message: (over) => summaryXml(over ?? {}, ['80132026E000000001']),
  CEB213Message: (over) => exportReturnXml(over ?? {}, [{ gnum: '1', qty: '1' }]),
  CEB215Message: (over) => returnTallyXml(over),
  CEB311Message: (over) => bench.importFour('', over).order,
  CEB411Message: (over) => bench.importFour('', over).payment,
  CEB511Message: (over) => bench.importFour('', over).waybill,
  CEB621Message: (over) => bench.importFour('', over).list,
  CEB513Message: (over) => deliveryStatusXml(over),
  CEB623Message: (over) => importWithdrawalXml({ invtNo: '80132026I000000001', ...over }),
  CEB625Message: (over) =>
    importReturnXml({ invtNo: '80132026I000000001', ...over }, [{ gnum: '1', qty: '1' }]),
  CEB711Message: (over) => warehouseEntryXml(over),
};
const everyMessage = Object.keys(oneOfEach);
const make = (type: string, over?: Record<string, string>): string => oneOfEach[type]?.(over) ?? '';

test('every message the sandbox takes is tried here', () => {
  expect([...loadSandboxData().kinds.keys()].sort()).toEqual([...everyMessage].sort());
});

describe('every message', () => {
  const codeFor = (type: string, verdict: string): string => {
    const { kinds, verdicts } = loadSandboxData();
    const [kind, rule] = [kinds.get(type), verdicts.byId.get(verdict)];
    return kind && rule ? (codeOf(rule, kind) ?? '') : '';
  };
  const send = (bytes: Buffer): Promise<SeenFile[]> => bench.answersTo({ bytes });

  test.each(everyMessage)(
    '%s: a signed document gets its own kind of receipt, schema and all',
    async (type) => {
      const schema = XsdValidator.fromDoc(XmlDocument.fromString(generateXsd(loadCatalogue())));
      const files = await send(cebMessage(type, [make(type)], bench.sm2).bytes);
      expect(files.length).toBeGreaterThan(0);
      expect(files.map((f) => f.text).join('')).not.toContain('CEB900Message');
      for (const { text } of files) {
        const doc = XmlDocument.fromString(text);
        schema.validate(doc);
        doc.dispose();
      }
      schema.dispose();
    },
  );

  test.each(everyMessage)(
    '%s: changed after signing, it fails with the code of a wrong digest',
    async (type) => {
      const text = bench.message(type, make(type)).bytes.toString('utf8');
      const changed = text.replace('<ceb:appTime>20261120100000<', '<ceb:appTime>20261120100001<');
      expect(changed).not.toBe(text);
      const [receipt, ...more] = receiptsIn(await send(Buffer.from(changed)));
      expect(more).toEqual([]);
      expect(receipt?.status).toBe(codeFor(type, 'signature-digest'));
      expect(receipt?.status).toMatch(/^-\d{6}$/);
    },
  );

  test.each(everyMessage)('%s: outside the schema it is answered by a 900', async (type) => {
    const files = await send(bench.message(type, make(type, { appTime: '2026' })).bytes);
    expect(files.length).toBe(1);
    expect(files[0]?.text).toContain('returnStatus>-900003<');
    expect(files[0]?.text).toContain(`oriMessageType>${type}<`);
  });

  test.each(everyMessage)(
    '%s: more documents than a message may hold are refused one by one',
    async (type) => {
      const files = await send(bench.message(type, ...Array.from({ length: 101 }, () => make(type))).bytes);
      const receipts = receiptsIn(files);
      expect(receipts.length).toBe(101);
      expect(new Set(receipts.map((r) => r.status))).toEqual(new Set([codeFor(type, 'too-many')]));
    },
  );

  test.each(everyMessage)('%s: nothing can be changed or deleted that was never declared', async (type) => {
    for (const appType of ['2', '3']) {
      const [receipt] = receiptsIn(await bench.answersTo(bench.message(type, make(type, { appType }))));
      expect(receipt?.status).toBe(codeFor(type, 'not-found'));
    }
  });

  test.each(everyMessage.filter((type) => !/621|623|625|711/.test(type)))(
    '%s: stored only (appStatus 1), it needs no signature and gets 1',
    async (type) => {
      const message = cebMessage(type, [make(type, { appStatus: '1' })], undefined);
      const receipt = `CEB${Number(type.slice(3, 6)) + 1}Message`;
      expect(statusesOf(await bench.answersTo(message), receipt)).toEqual(['1']);
    },
  );

  test.each(['CEB621Message', 'CEB623Message', 'CEB625Message', 'CEB711Message'])(
    '%s without a signature is outside the schema: 900',
    async (type) => {
      const files = await send(cebMessage(type, [make(type)], undefined).bytes);
      expect(files[0]?.text).toContain('returnStatus>-900003<');
    },
  );
});

describe('markers in the numbers of the later documents', () => {
  const arrival = (copNo: string) => bench.outcome('CEB507Message', arrivalXml({ copNo }));

  test('-SBREFUSE returns, -SBSILENT says nothing, -SBDUPRCPT says it twice, -SBREORDER backwards', async () => {
    expect((await arrival('A1-SBREFUSE')).statuses).toEqual(['2', '3', '100']);
    expect((await arrival('A2-SBSILENT')).statuses).toEqual([]);
    expect((await arrival('A3-SBDUPRCPT')).statuses).toEqual(['2', '2', '3', '3', '399', '399']);
    expect((await arrival('A4-SBREORDER')).statuses).toEqual(['399', '3', '2']);
  });

  test('-SBPLAIN, -SBMULTI and -SBUNKNOWNRCPT work as well', async () => {
    const plain = await arrival('A5-SBPLAIN-SBMULTI');
    expect(plain.files.length).toBe(1);
    expect(plain.files[0]?.text).toContain('<CEB508Message xmlns="http://www.chinaport.gov.cn/ceb"');
    expect((await arrival('A6-SBUNKNOWNRCPT')).statuses.length).toBe(4);
  });

  test('-SBREFUSEHTTP in a copNo refuses the message', async () => {
    const message = bench.message('CEB507Message', arrivalXml({ copNo: 'A7-SBREFUSEHTTP' }));
    expect((await bench.client.post(message)).status).toBe(422);
  });
});
