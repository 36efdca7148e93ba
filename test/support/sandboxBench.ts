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
import { importListXml, importOrderXml, importPaymentXml, importWaybillXml } from './importFilings.js';
import { receiptsIn, SandboxClient, statusesOf, type SeenFile } from './sandboxClient.js';

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

  message = (type: string, ...nodes: string[]): FixtureMessage => cebMessage(type, nodes, this.rsa);
  orders = (...nodes: string[]): FixtureMessage => cebMessage('CEB303Message', nodes, this.rsa);
  payments = (...nodes: string[]): FixtureMessage => cebMessage('CEB403Message', nodes, this.rsa);
  waybills = (...nodes: string[]): FixtureMessage => cebMessage('CEB505Message', nodes, this.rsa);
  lists = (...nodes: string[]): FixtureMessage => cebMessage('CEB603Message', nodes, this.rsa);

  /** Sends a message and fetches what answers it. */
  async answersTo(message: { bytes: Buffer; dxpId?: string }): Promise<SeenFile[]> {
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

  /** An export list at the end of its receipts, with the number customs gave it. */
  async exportList(marker = '', over: Record<string, string> = {}): Promise<DeclaredList> {
    const four = this.four(marker, over);
    await this.declareThree(four);
    const files = await this.answersTo(this.lists(four.list));
    return { ...four.names, invtNo: valueIn(files, 'invtNo'), files };
  }

  /** The four documents of one new import order. */
  importFour(
    marker = '',
    over: Record<string, string> = {},
  ): FourDocuments & { values: Record<string, string> } {
    const n = String(++this.#serial).padStart(6, '0');
    const names = { orderNo: `IM${n}${marker}`, payNo: `T${n}`, logisticsNo: `IW${n}`, copNo: `IC${n}` };
    const values = { ...names, payTransactionId: names.payNo, ...over };
    return {
      names,
      values,
      order: importOrderXml(values),
      payment: importPaymentXml(values),
      waybill: importWaybillXml(values),
      list: importListXml(values),
    };
  }

  async declareImportThree({ order, payment, waybill }: FourDocuments): Promise<void> {
    await this.client.accept(this.message('CEB311Message', order));
    await this.client.accept(this.message('CEB411Message', payment));
    await this.client.accept(this.message('CEB511Message', waybill));
    await this.client.drain();
  }

  async importList(marker = '', over: Record<string, string> = {}): Promise<DeclaredList> {
    const four = this.importFour(marker, over);
    await this.declareImportThree(four);
    const files = await this.answersTo(this.message('CEB621Message', four.list));
    return { ...four.names, invtNo: valueIn(files, 'invtNo'), files };
  }

  /** Sends one document and reads what its receipts say. */
  async outcome(type: string, ...nodes: string[]): Promise<Outcome> {
    const files = await this.answersTo(this.message(type, ...nodes));
    const receipt = `CEB${Number(type.slice(3, 6)) + 1}Message`;
    const answers = receiptsIn(files).filter((r) => r.root === receipt);
    return { files, statuses: statusesOf(files, receipt), info: answers.at(-1)?.info ?? '' };
  }
}

export interface DeclaredList {
  orderNo: string;
  logisticsNo: string;
  copNo: string;
  invtNo: string;
  files: SeenFile[];
}

export interface Outcome {
  files: SeenFile[];
  /** Statuses in the order of delivery, and the words of the last receipt. */
  statuses: string[];
  info: string;
}

/** The first value of an element in any of the files; empty when no file has it. */
export const valueIn = (files: readonly SeenFile[], name: string): string =>
  files.flatMap(({ text }) => new RegExp(`${name}>([^<]+)<`).exec(text)?.[1] ?? [])[0] ?? '';

export const filesOf = (files: readonly SeenFile[], root: string): SeenFile[] =>
  files.filter(({ fileName }) => fileName.startsWith(root));

export const infosOf = (files: readonly SeenFile[]): string[] => receiptsIn(files).map((r) => r.info);

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the sandbox of this test file has not started');
  return value;
}
