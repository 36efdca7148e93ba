import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Gathering, type Group, type Timers } from '../../src/documents/gathering.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, ordersOfOneSeller } from '../support/journey.js';

const group: Group = { tenantId: 't', messageType: 'CEB603Message', code: 'c' };
const other: Group = { ...group, tenantId: 'u' };

/** Time that goes on when it is told to. */
class ToldTimers implements Timers {
  private at = 0;
  private readonly due = new Map<() => void, number>();

  now(): number {
    return this.at;
  }

  after(ms: number, then: () => void): () => void {
    this.due.set(then, this.at + ms);
    return () => void this.due.delete(then);
  }

  goOn(ms: number): void {
    this.at += ms;
    for (const [then, at] of this.due)
      if (at <= this.at) {
        this.due.delete(then);
        then();
      }
  }
}

describe('documents that become ready one after the other', () => {
  let busy: boolean;
  let looks: number;
  let gathering: Gathering;
  let timers: ToldTimers;
  beforeEach(() => {
    timers = new ToldTimers();
    [busy, looks] = [true, 0];
    gathering = new Gathering(
      () => busy,
      () => looks++,
      timers,
    );
  });

  test('after a message that was not full its group rests half a second, and is then looked at', () => {
    gathering.made(group, 3, 100);
    expect(gathering.resting()).toEqual([group]);
    timers.goOn(499);
    expect([gathering.resting(), looks]).toEqual([[group], 0]);
    timers.goOn(1);
    expect([gathering.resting(), looks]).toEqual([[], 1]);
  });

  test('at a pace of fifty documents a second a message of a hundred is waited for two seconds', () => {
    gathering.made(group, 3, 100);
    timers.goOn(1_000);
    gathering.made(group, 50, 100);
    timers.goOn(1_999);
    expect(gathering.resting()).toEqual([group]);
    timers.goOn(1);
    expect(gathering.resting()).toEqual([]);
  });

  test('nothing waits longer than five seconds, however slowly documents come', () => {
    gathering.made(group, 1, 100);
    timers.goOn(4_000);
    gathering.made(group, 1, 100);
    timers.goOn(5_000);
    expect(gathering.resting()).toEqual([]);
  });

  test('a group of whom nothing went for more than five seconds has no pace any more', () => {
    gathering.made(group, 1, 100);
    timers.goOn(5_001);
    gathering.made(other, 1, 100);
    gathering.made(group, 1, 100);
    timers.goOn(500);
    expect(gathering.resting()).toEqual([]);
  });

  test('after a full message the next is made at once', () => {
    gathering.made(group, 100, 100);
    expect(gathering.resting()).toEqual([]);
  });

  test('while no receipts are applied, nothing rests', () => {
    busy = false;
    gathering.made(group, 1, 100);
    expect(gathering.resting()).toEqual([]);
  });

  test('once no receipts are left to apply, what rests is let go at once', () => {
    gathering.made(group, 1, 100);
    gathering.made(other, 1, 100);
    expect(gathering.resting()).toEqual([group, other]);
    gathering.release();
    expect([gathering.resting(), looks]).toEqual([[], 1]);
    gathering.release();
    timers.goOn(10_000);
    expect(looks).toBe(1);
  });

  test('of a process that ended nothing is looked at', () => {
    gathering.made(group, 1, 100);
    gathering.stop();
    timers.goOn(10_000);
    expect(looks).toBe(0);
  });
});

describe('in the database', () => {
  const orders = ordersOfOneSeller(2, { seed: 207, batch: 'GA' });
  let it: TestGateway;
  beforeAll(async () => {
    it = await startTestGateway({ orders, workers: false });
  });
  afterAll(() => it.close());

  test('while a group rests the messages of others are made, and its own when it has rested', async () => {
    const { store, journey, log } = it.gateway;
    await handIn([...it.sellers.values()][0]!.client, orders);
    const ready = async () =>
      (
        await store.query<Group>(
          `select distinct tenant_id as "tenantId", message_type as "messageType", responsible_code as code
             from documents where delivery = 'ready'`,
        )
      ).rows;
    const gathering = new Gathering(
      () => true,
      () => undefined,
    );
    const prepare = async () => {
      while ((await journey.prepare(store, log, gathering)) > 0);
    };
    const groups = await ready();
    expect(groups.length).toBeGreaterThan(1);
    const [resting] = groups;
    gathering.made(resting!, 1, 100);

    await prepare();
    expect(await ready()).toEqual([resting]);

    gathering.release();
    await prepare();
    expect(await ready()).toEqual([]);
    gathering.stop();
  });
});
