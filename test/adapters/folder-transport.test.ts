import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFolderTransport } from '../../adapters/transports/folder.js';
import type { Transport } from '../../src/dispatch/transport.js';

const never = new AbortController().signal;
const message = {
  guid: '0F1C2D3E-0000-4000-8000-0000000000B1',
  messageType: 'CEB303Message',
  dxpId: 'DXPENT0000012345',
  createdAt: new Date('2026-11-20T02:03:04Z'),
  flow: 'export' as const,
  family: 'ceb',
  envelope: 'dxp' as const,
  bytes: Buffer.from('<x>甲</x>'),
};
const fileName = `CEB303Message_${message.guid}.xml`;

describe('folder transport', () => {
  let dir: string;
  let transport: Transport;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'folder-transport-'));
    // 23:30 UTC on the 19th is the morning of the 20th in Shanghai.
    const clock = { now: () => new Date('2026-11-19T23:30:00Z') };
    transport = await createFolderTransport({ dir, dxpId: message.dxpId, settleMs: 100, clock });
  });
  afterEach(async () => {
    await transport.close();
    await rm(dir, { recursive: true });
  });
  const drop = (name: string, text: string) => writeFile(join(dir, 'receive', name), text);

  test('the file carries the message type, the guid and the exact bytes, and no temporary file stays', async () => {
    expect(await transport.send(message, never)).toEqual({ kind: 'accepted' });
    expect(await readdir(join(dir, 'send'))).toEqual([fileName]);
    expect(await readFile(join(dir, 'send', fileName))).toEqual(message.bytes);
  });

  test('the same bytes again are accepted while the file still stands', async () => {
    await transport.send(message, never);
    expect((await transport.send(message, never)).kind).toBe('accepted');
  });

  test('other bytes never overwrite a file that stands', async () => {
    await transport.send(message, never);
    expect((await transport.send({ ...message, bytes: Buffer.from('<y/>') }, never)).kind).toBe('refused');
    expect(await readFile(join(dir, 'send', fileName))).toEqual(message.bytes);
  });

  test('a folder that is gone took nothing: try again', async () => {
    await rm(join(dir, 'send'), { recursive: true });
    expect(await transport.send(message, never)).toEqual({ kind: 'retry', detail: 'ENOENT' });
  });

  test('a file that is still growing is not read', async () => {
    await drop('r.xml', '<half');
    const writing = setInterval(() => writeFileSync(join(dir, 'receive', 'r.xml'), '<half of more'), 20);
    expect(await transport.receive(10, 400, never)).toEqual([]);
    clearInterval(writing);
    await drop('r.xml', '<whole/>');
    const [file] = await transport.receive(10, 5000, never);
    expect(file?.bytes.toString()).toBe('<whole/>');
  });

  test('files of other names are none of our business', async () => {
    await drop('r.xml.tmp', '<x/>');
    await drop('notes.txt', 'x');
    expect(await transport.receive(10, 300, never)).toEqual([]);
  });

  test('acknowledged files move to the day of Shanghai, and a name used twice loses nothing', async () => {
    for (const text of ['<first/>', '<second/>']) {
      await drop('r.xml', text);
      const files = await transport.receive(10, 5000, never);
      await transport.acknowledge(files.map((f) => f.id));
    }
    const taken = join(dir, 'receive', 'taken', '2026-11-20');
    expect((await readdir(taken)).sort()).toEqual(['2_r.xml', 'r.xml']);
    expect(await readFile(join(taken, 'r.xml'), 'utf8')).toBe('<first/>');
    expect(await readFile(join(taken, '2_r.xml'), 'utf8')).toBe('<second/>');
  });

  test('an acknowledgement reaches no file outside the folder', async () => {
    await writeFile(join(dir, 'secret.xml'), 'x');
    await transport.acknowledge(['../secret.xml']);
    expect(await readFile(join(dir, 'secret.xml'), 'utf8')).toBe('x');
  });
});
