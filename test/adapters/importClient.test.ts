import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { createImportClient } from '../../adapters/transports/importClient.js';
import { systemClock } from '../../src/base/clock.js';
import type { IncomingFile, OutgoingMessage, Transport } from '../../src/dispatch/transport.js';
import { rowOrigin } from '../../src/base/rowOrigin.js';
import { readReceiptFile } from '../../src/receipts/read.js';
import { loadRulebook } from '../../src/rulebook.js';

const never = new AbortController().signal;
const guid = '0F1C2D3E-0000-4000-8000-0000000000D1';
const form: OutgoingMessage = {
  guid,
  messageType: 'DecMessage',
  dxpId: 'D',
  createdAt: new Date('2026-11-20T02:03:04Z'),
  flow: 'export',
  family: 'dec',
  envelope: 'file',
  bytes: Buffer.from('<DecMessage/>'),
};
const sentByMain: string[] = [];
const main: Transport = {
  name: 'main',
  send: (message) => {
    sentByMain.push(message.messageType);
    return Promise.resolve({ kind: 'accepted' });
  },
  receive: () => Promise.resolve([{ id: 'm1', origin: 'm1', bytes: Buffer.from('m') }]),
  acknowledge: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

describe('the folders of the import client', () => {
  let dir: string;
  let client: Transport;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'import-client-'));
    client = await createImportClient(
      {
        dir,
        settleMs: 20,
        folders: {
          dec: { out: 'Deccus001/OutBox', in: 'Deccus001/InBox' },
          ciq: { out: 'Here/Out', in: 'Here/In' },
        },
      },
      main,
    );
  });
  afterEach(async () => {
    await client.close();
    await rm(dir, { recursive: true });
  });
  const drop = (name: string, text: string) => writeFile(join(dir, 'Deccus001/InBox', name), text);
  const fetch = async (): Promise<IncomingFile[]> => {
    for (;;) {
      const files = await client.receive(10, 50, never);
      if (files.some((file) => file.id.startsWith('client:'))) return files;
    }
  };

  test('a declaration lies in the OutBox whole, an application where its own folder was named, the rest goes its own way', async () => {
    expect(await client.send(form, never)).toEqual({ kind: 'accepted' });
    expect(await client.send({ ...form, family: 'ciq', messageType: 'EEntDeclIo' }, never)).toEqual({
      kind: 'accepted',
    });
    expect(await client.send({ ...form, family: 'ceb', messageType: 'CEB303Message' }, never)).toEqual({
      kind: 'accepted',
    });
    expect(await readdir(join(dir, 'Deccus001/OutBox'))).toEqual([`DecMessage_${guid}.xml`]);
    expect(await readdir(join(dir, 'Here/Out'))).toEqual([`EEntDeclIo_${guid}.xml`]);
    expect(sentByMain).toContain('CEB303Message');
  });

  test('with attachments it is one zip, the same bytes each time, that others can open', async () => {
    const attachments = [{ name: 'a.pdf', bytes: Buffer.from('%PDF-1.4 invoice') }];
    await client.send({ ...form, attachments }, never);
    const path = join(dir, 'Deccus001/OutBox', `DecMessage_${guid}.zip`);
    const first = await readFile(path);
    // The client did not take it yet: the same again is the same file.
    expect((await client.send({ ...form, attachments }, never)).kind).toBe('accepted');
    expect(await readFile(path)).toEqual(first);
    const listed = execFileSync('python3', [
      '-c',
      'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(z.namelist());print(z.read("a.pdf"))',
      path,
    ]);
    expect(listed.toString()).toContain(`['DecMessage_${guid}.xml', 'a.pdf']`);
    expect(listed.toString()).toContain('%PDF-1.4 invoice');
  });

  test('answers are handed over once they are at rest and moved only after they are acknowledged', async () => {
    await drop('Receipt_1.xml', '<DEC_RESULT/>');
    const [file] = await fetch();
    expect(file).toMatchObject({ origin: 'Receipt_1.xml' });
    expect(await readdir(join(dir, 'Deccus001/InBox'))).toContain('Receipt_1.xml');
    await client.acknowledge([file?.id ?? '']);
    const left = await readdir(join(dir, 'Deccus001/InBox'));
    expect(left).toEqual(['taken']);
    const [day = ''] = await readdir(join(dir, 'Deccus001/InBox/taken'));
    expect(await readdir(join(dir, 'Deccus001/InBox/taken', day))).toEqual(['Receipt_1.xml']);
  });

  test('a Failed_ file names its message by the file name alone', () => {
    const rulebook = loadRulebook(systemClock);
    const read = readReceiptFile(
      Buffer.from('<Root><failCode>E001</failCode><failInfo>报文格式错误</failInfo></Root>'),
      rulebook,
      `Failed_DecMessage_${guid}_20261121093000123.xml`,
    );
    expect(read).toMatchObject({
      facts: [
        { messageGuid: guid, receiptOf: 'DecMessage', returnStatus: 'response:E001', info: '报文格式错误' },
      ],
    });
    expect(rulebook.statuses.meaning('response:E001', 'DecMessage').verdict).toBe('failed');
    // Without such a name nobody knows what it is: it goes to the tray.
    expect(readReceiptFile(Buffer.from('<Root/>'), rulebook, 'x.xml')).toHaveProperty('faults');
  });
});

describe('receipts that come as rows of a table', () => {
  const rulebook = loadRulebook(systemClock);

  test.each([
    ['as JSON', (row: Record<string, string | number>) => JSON.stringify(row)],
    [
      'as Java prints a row',
      (row: Record<string, string | number>) =>
        `{${Object.entries(row)
          .map(([name, value]) => `${name}=${value}`)
          .join(', ')}}`,
    ],
  ])(
    '%s are read as the receipt they stand for, commas and markup in its words included',
    (_how, printed) => {
      const row = {
        org_id: 1,
        re_order_guid: '0F1C2D3E-0000-4000-8000-0000000000D1',
        returnstatus: -301014,
        ebpcode: '4601630004',
        returntime2: '20230728225949',
        ebccode: '4601630004',
        returninfo: '处理失败, <旧报文> & a=b, instead',
        returntime: 1690556377000,
        orderno: 'T_C1',
      };
      const read = readReceiptFile(Buffer.from(printed(row)), rulebook, rowOrigin('CEB312Message'));
      expect(read).toMatchObject({
        messageType: 'CEB312Message',
        facts: [
          {
            receiptOf: 'CEB311Message',
            key: ['4601630004', 'T_C1'],
            returnStatus: '-301014',
            returnTimeText: '20230728225949',
            info: '处理失败, <旧报文> & a=b, instead',
          },
        ],
      });
    },
  );

  test('a file of that origin that is no row is kept with its faults', () => {
    const read = readReceiptFile(Buffer.from('nothing'), rulebook, rowOrigin('CEB622Message'));
    expect(read).toHaveProperty('faults');
  });
});
