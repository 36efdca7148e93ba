import { expect, test } from '@jest/globals';
import type { OutgoingMessage } from '../../src/dispatch/transport.js';
import { wrapMessage } from '../../src/messages/wrapping.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { readMessage } from '../../src/messages/reader.js';

const catalogue = loadCatalogue();
const bytes = Buffer.from(
  '<?xml version="1.0" encoding="UTF-8"?><ceb:CEB304Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="G" version="1.0"></ceb:CEB304Message>',
);
const message: OutgoingMessage = {
  guid: '0F7E2C7A-6E0D-4F0B-9D0B-5C1A52B0C3D4',
  messageType: 'CEB603Message',
  dxpId: 'DXPENT0000000001',
  createdAt: new Date('2026-11-20T02:03:04Z'),
  flow: 'export',
  family: 'ceb',
  envelope: 'dxp',
  bytes,
};

test('a wrapped message holds the signed bytes unchanged and names sender, receiver, type and Beijing time', () => {
  const read = readMessage(wrapMessage(message, { form: 'DxpMsg' }), catalogue);
  expect(read.bytes.equals(bytes)).toBe(true);
  expect(read.wrapped).toMatchObject({
    root: 'DxpMsg',
    transInfo: {
      CopMsgId: message.guid,
      SenderId: 'DXPENT0000000001',
      ReceiverIds: ['DXPEDCCEB0000003'],
      CreatTime: '2026-11-20T10:03:04',
      MsgType: 'CEB603Message',
    },
  });
});

test('an import message goes to the import receiver', () => {
  const read = readMessage(wrapMessage({ ...message, flow: 'import' }, { form: 'DxpMsg' }), catalogue);
  expect(read.wrapped?.transInfo.ReceiverIds).toEqual(['DXPEDCCEB0000002']);
});

test('a transport node adds its own number of 32 characters, the same for every attempt', () => {
  const wrap = { form: 'DxpMsgSv', staNode: '12345678', endNode: '87654321' } as const;
  const once = wrapMessage(message, wrap);
  expect(wrapMessage(message, wrap).equals(once)).toBe(true);
  const read = readMessage(once, catalogue);
  expect(read.wrapped?.root).toBe('DxpMsgSv');
  expect(read.wrapped?.svMsgId).toMatch(/^1234567820261120100304\d{10}$/);
  expect(read.bytes.equals(bytes)).toBe(true);
});
