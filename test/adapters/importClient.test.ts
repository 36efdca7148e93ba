import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
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
    // What was not named lies where it usually does.
    expect(await client.send({ ...form, family: 'coo', messageType: 'Certificate' }, never)).toEqual({
      kind: 'accepted',
    });
    expect(await readdir(join(dir, 'CooImp/OutBox'))).toEqual([`Certificate_${guid}.xml`]);
    await client.send({ ...form, family: 'coofile', messageType: 'File' }, never);
    expect(await readdir(join(dir, 'CooFile/OutBox'))).toEqual([`File_${guid}.xml`]);
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

  test('odd things in a folder, or a folder that is gone, hold up no answer beside them', async () => {
    const inbox = join(dir, 'Deccus001/InBox');
    await mkdir(join(inbox, 'folder.xml'));
    await symlink('nowhere', join(inbox, 'Receipt_0.xml'));
    await drop('note.txt', 'no answer');
    await drop('Receipt_2.xml.part', '<DEC_RES');
    await drop('RECEIPT_3.XML', '<DEC_RESULT/>');
    expect((await fetch()).map((file) => file.origin)).toEqual(['RECEIPT_3.XML']);
    await rm(inbox, { recursive: true });
    await writeFile(join(dir, 'Here/In/Receipt_4.xml'), '<Ciqresult/>');
    expect((await fetch()).map((file) => file.origin)).toEqual(['Receipt_4.xml']);
  });

  test('of two processes at one folder both may fetch an answer; it is moved once, and either may say it has it', async () => {
    const other = await createImportClient({ dir, settleMs: 20 }, undefined);
    await drop('Receipt_5.xml', '<DEC_RESULT/>');
    const [mine] = await fetch();
    const [theirs] = await other.receive(10, 1_000, never);
    // The same file, whoever fetches it.
    expect(theirs?.arrival).toBe(mine?.arrival);
    await Promise.all([client.acknowledge([mine?.id ?? '']), other.acknowledge([theirs?.id ?? ''])]);
    const [day = ''] = await readdir(join(dir, 'Deccus001/InBox/taken'));
    expect(await readdir(join(dir, 'Deccus001/InBox/taken', day))).toEqual(['Receipt_5.xml']);
    // The same bytes laid again later are another answer.
    await drop('Receipt_5.xml', '<DEC_RESULT/>');
    await utimes(join(dir, 'Deccus001/InBox/Receipt_5.xml'), new Date(), new Date('2026-11-21T09:00:00Z'));
    expect((await fetch())[0]?.arrival).not.toBe(mine?.arrival);
    await other.close();
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
