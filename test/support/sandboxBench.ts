import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { pino } from 'pino';
import { runSandbox, type RunningSandbox } from '../../adapters/sandbox/server.js';
import {
  cebMessage,
  fixtureDxpId,
  listXml,
  makeKey,
  orderXml,
  paymentXml,
  waybillXml,
  type FixtureKey,
  type FixtureMessage,
} from './cebFixtures.js';
import { receiptsIn, SandboxClient, type SeenFile } from './sandboxClient.js';

export interface FourDocuments {
  names: Record<'orderNo' | 'payNo' | 'logisticsNo' | 'copNo', string>;
  order: string;
  payment: string;
  waybill: string;
  list: string;
}

/** A sandbox of one test file, emptied before every test, with the steps its tests share. */
export class SandboxBench {
  #running: RunningSandbox | undefined;
  #client: SandboxClient | undefined;
  #rsa: FixtureKey | undefined;
  #sm2: FixtureKey | undefined;
  #serial = 0;
  /** Lines the sandbox logged. */
  readonly logged: string[] = [];

  constructor() {
    beforeAll(async () => {
      this.#rsa = makeKey('rsa-sha1');
      this.#sm2 = makeKey('sm2-sm3');
      const log = pino({}, { write: (line: string) => void this.logged.push(line) });
      this.#running = await runSandbox({ paceMs: 0, log });
      this.#client = new SandboxClient(this.#running.url, fixtureDxpId);
    });
    beforeEach(() => this.client.send('/sandbox/reset'));
    afterAll(() => this.#running?.close());
  }

  get client(): SandboxClient {
    return there(this.#client);
  }

  get rsa(): FixtureKey {
    return there(this.#rsa);
  }

  get sm2(): FixtureKey {
    return there(this.#sm2);
  }

  /** The four documents of one new order; the marker sits in the order number. */
  four(marker = '', over: Record<string, string> = {}, waybillMarker = ''): FourDocuments {
    const n = String(++this.#serial).padStart(6, '0');
    const names = {
      orderNo: `SC${n}${marker}`,
      payNo: `PAY${n}`,
      logisticsNo: `JL${n}${waybillMarker}`,
      copNo: `COP${n}`,
    };
    const values = { ...names, ...over };
    return {
      names,
      order: orderXml(values),
      payment: paymentXml(values),
      waybill: waybillXml(values),
      list: listXml(values),
    };
  }

  orders = (...nodes: string[]): FixtureMessage => cebMessage('CEB303Message', nodes, this.rsa);
  payments = (...nodes: string[]): FixtureMessage => cebMessage('CEB403Message', nodes, this.rsa);
  waybills = (...nodes: string[]): FixtureMessage => cebMessage('CEB505Message', nodes, this.rsa);
  lists = (...nodes: string[]): FixtureMessage => cebMessage('CEB603Message', nodes, this.rsa);

  /** Sends a message and fetches what answers it. */
  async answersTo(message: FixtureMessage): Promise<SeenFile[]> {
    await this.client.accept(message);
    return this.client.drain();
  }

  /** Declares order, payment receipt and waybill without looking at their receipts. */
  async declareThree({ order, payment, waybill }: FourDocuments): Promise<void> {
    await this.client.accept(this.orders(order));
    await this.client.accept(this.payments(payment));
    await this.client.accept(this.waybills(waybill));
    await this.client.drain();
  }

  /** Declares all four documents of a new order; returns the files that answer the list. */
  async declareList(marker = ''): Promise<SeenFile[]> {
    const four = this.four(marker);
    await this.declareThree(four);
    return this.answersTo(this.lists(four.list));
  }
}

export const infosOf = (files: readonly SeenFile[]): string[] => receiptsIn(files).map((r) => r.info);

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the sandbox of this test file has not started');
  return value;
}
