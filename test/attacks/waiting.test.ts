import { expect, test } from '@jest/globals';
import { Room } from '../../src/base/room.js';
import { FaultError } from '../../src/base/fault.js';
import { Reading } from '../../src/reading/reading.js';
import { Readers } from '../../src/reading/readers.js';

test('who waits too long for room goes without, and holds up nobody behind it', async () => {
  const room = new Room(10);
  const leave = await room.take(8);
  const large = room.take(9, 30);
  const small = room.take(2);
  expect(await large).toBeUndefined();
  const leaveSmall = await small;
  expect(leaveSmall).toBeDefined();
  leave?.();
  leaveSmall?.();
  expect(await room.take(10, 30)).toBeDefined();
});

test('a request that waits too long for a reader is told when to come back, and nothing is started for it', async () => {
  const room = new Room(100);
  const leave = await room.take(100);
  const reading = new Reading({ memoryMb: 96, answerMs: 60_000, waitMs: 30 }, new Readers(), room);
  const refused = await reading.receipts(Buffer.from('<a/>')).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(FaultError);
  const { status, retryAfterSeconds, faults } = refused as FaultError;
  expect({ status, retryAfterSeconds, codes: faults.map((fault) => fault.code) }).toEqual({
    status: 503,
    retryAfterSeconds: 30,
    codes: ['A29'],
  });
  leave?.();
  reading.close();
});
