import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { openKeyFile } from '../../adapters/signers/key-file.js';
import { newGuid } from '../../src/base/ids.js';
import type { declarationSchema } from '../../src/views/declarations/shapes.js';
import type { intakeResultSchema } from '../../src/http/orders/contract.js';
import type { Order } from '../../src/orders/order.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import type { Client } from '../support/client.js';
import { settingsOf, startCommand } from '../support/commands.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { freshOrders } from '../support/sampleOrders.js';
import { makeUscc } from '../support/uscc.js';

type Declaration = z.output<typeof declarationSchema>;

const carrier = { code: '91500107MA5U0WAT3E', name: '重庆自签示例物流有限公司' };
const carrierTwo = { code: makeUscc(902), name: '重庆另一示例物流有限公司' };
const all = [...freshOrders({ count: 8, seed: 77, batch: 'P' })].map((o, i) => {
  Object.assign(o.waybill, i === 7 ? carrierTwo : carrier);
  const number = i === 5 ? 901 : 900;
  Object.assign(o.seller, { code: makeUscc(number), name: `重庆自签示例贸易有限公司${number}` });
  return o;
});
const orders = all.slice(0, 3);
/** Of two sellers, with one carrier. */
const ofTwoSellers = all.slice(4, 6);
/** Of one seller, with two carriers. */
const ofTwoCarriers = all.slice(6, 8);
let it: TestGateway;
let seller: Client;
const keys = mkdtempSync(join(tmpdir(), 'party-'));
const otherKeys = mkdtempSync(join(tmpdir(), 'party-'));
const json = { 'Content-Type': 'application/json' };
const waybills = (from: readonly Order[], guid = newGuid(), appType = '1') =>
  it.gateway.journey.build(
    'CEB505Message',
    guid,
    from.map((order) => ({ guid: newGuid(), appType, copNo: 'X', preNo: null, invtNo: null, order })),
    new Date(),
  );
const sign = async (unsigned: ReturnType<typeof waybills>, dir = keys) =>
  it.gateway.journey.signAndVerify(
    unsigned,
    openKeyFile({ key: join(dir, 'key.pem'), cert: join(dir, 'cert.pem') }),
  );
const handIn = (bytes: Buffer) =>
  seller.raw('POST', '/v1/party-documents', bytes, { 'Content-Type': 'application/xml' });
const codesOf = async (response: Response) =>
  ((await response.json()) as { faults: { code: string; path: string }[] }).faults.map((f) => f.code);

beforeAll(async () => {
  it = await startTestGateway({ orders: all, without: [carrier.code, carrierTwo.code] });
  seller = it.sellers.get(orders[0]!.seller.code!)!.client;
  const now = new Date(Date.now() - 60_000);
  makeTestKeys({ suite: 'sm2-sm3', subject: carrier.code, out: keys, now });
  makeTestKeys({ suite: 'sm2-sm3', subject: carrierTwo.code, out: otherKeys, now });
  const result = await seller.post<z.output<typeof intakeResultSchema>>('/v1/orders', orders);
  expect(result.orders.flatMap((o) => o.faults)).toEqual([]);
});
afterAll(async () => {
  await it.close();
  for (const dir of [keys, otherKeys]) rmSync(dir, { recursive: true });
});

test('a party whose certificate is not registered cannot hand in anything', async () => {
  const response = await handIn(await sign(waybills(orders)));
  expect(response.status).toBe(422);
  expect(await codesOf(response)).toEqual(['E02']);
});

test('a message changed after signing is refused with the part that differs', async () => {
  await it.operator.post('/v1/party-certificates', {
    enterpriseCode: carrier.code,
    certificate: readFileSync(join(keys, 'cert.pem'), 'utf8'),
  });
  const bytes = await sign(waybills(orders));
  const changed = Buffer.from(bytes.toString('utf8').replace('<ceb:packNo>1<', '<ceb:packNo>2<'));
  const response = await handIn(changed);
  expect(response.status).toBe(422);
  expect((await codesOf(response))[0]).toMatch(/^S/);
});

test('a waybill that contradicts the order comes back with the field and both values', async () => {
  const heavier = structuredClone(orders);
  heavier[1]!.waybill.grossWeight = '99';
  const response = await handIn(await sign(waybills(heavier)));
  const problem = (await response.json()) as {
    faults: { code: string; path: string; message: { zh: string } }[];
  };
  expect(problem.faults.map((f) => [f.code, f.path])).toEqual([['E04', 'documents[1].grossWeight']]);
  expect(problem.faults[0]!.message.zh).toContain('99');
});

test('a document that belongs to no waiting declaration is named', async () => {
  const other = structuredClone(orders);
  other[2]!.waybill.logisticsNo = 'NOBODY-WAITS';
  expect(await codesOf(await handIn(await sign(waybills(other))))).toEqual(['E03']);
});

test('a message with the same document twice, or one that takes a document back, goes nowhere', async () => {
  expect(await codesOf(await handIn(await sign(waybills([...orders, orders[0]!]))))).toEqual(['E09']);
  expect(await codesOf(await handIn(await sign(waybills(orders.slice(0, 1), newGuid(), '3'))))).toEqual([
    'E04',
  ]);
});

test('a message the party signed is stored byte for byte, forwarded unchanged, and the list follows', async () => {
  const bytes = await sign(waybills(orders));
  const response = await handIn(bytes);
  expect(response.status).toBe(202);
  const accepted = (await response.json()) as { messageId: string; documents: { declarationId: string }[] };
  const stored = await seller.raw('GET', `/v1/messages/${accepted.messageId}/xml`);
  expect(Buffer.from(await stored.arrayBuffer()).equals(bytes)).toBe(true);
  const declaration = await eventually(
    () => seller.get<Declaration>(`/v1/declarations/${accepted.documents[0]!.declarationId}`),
    (d) => d.verdict === 'cleared',
  );
  expect(declaration.documents.find((d) => d.messageType === 'CEB505Message')).toMatchObject({
    delivery: 'sent',
    verdict: 'reviewed',
    messageId: accepted.messageId,
  });
  expect(await codesOf(await handIn(bytes))).toEqual(['E05']);
});

test('who signs a waybill of another carrier along with its own is refused with that document named, and nothing goes', async () => {
  expect((await seller.raw('POST', '/v1/orders', JSON.stringify(ofTwoCarriers), json)).status).toBe(200);
  await it.operator.post('/v1/party-certificates', {
    enterpriseCode: carrierTwo.code,
    certificate: readFileSync(join(otherKeys, 'cert.pem'), 'utf8'),
  });
  for (const dir of [keys, otherKeys]) {
    const response = await handIn(await sign(waybills(ofTwoCarriers), dir));
    expect(response.status).toBe(422);
    const problem = (await response.json()) as { faults: { code: string; path: string }[] };
    expect(problem.faults.map((f) => [f.code, f.path])).toEqual([
      ['E07', dir === keys ? 'documents[1]' : 'documents[0]'],
    ]);
  }
});

test.each(['<!-- x -->', '<![CDATA[]]>'])(
  '%s put into a signed field afterwards keeps the message from being forwarded',
  async (unseen) => {
    const bytes = await sign(waybills(ofTwoCarriers.slice(0, 1)));
    const changed = bytes.toString('utf8').replace(/<ceb:logisticsNo>./, `$&${unseen}`);
    expect(changed).toContain(unseen);
    expect(await codesOf(await handIn(Buffer.from(changed)))).toEqual(['E08']);
  },
);

test('a signature without the name of its key, which customs would refuse, is refused here', async () => {
  const bytes = await sign(waybills(ofTwoCarriers.slice(0, 1)));
  const nameless = bytes.toString('utf8').replace(/<ds:KeyName>[^<]*<\/ds:KeyName>/, '');
  expect(await codesOf(await handIn(Buffer.from(nameless)))).toEqual(['S07']);
});

test('a message for two sellers belongs to both, and each sees its own part only', async () => {
  const result = await it.operator.post<z.output<typeof intakeResultSchema>>('/v1/orders', ofTwoSellers);
  expect(result.orders.flatMap((o) => o.faults)).toEqual([]);
  const bytes = await sign(waybills(ofTwoSellers));
  const response = await it.operator.raw('POST', '/v1/party-documents', bytes, {
    'Content-Type': 'application/xml',
  });
  expect(response.status).toBe(202);
  const { messageId } = (await response.json()) as { messageId: string };
  const seen = async (client: Client) => {
    const answer = await client.raw('GET', `/v1/messages/${messageId}/xml`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };
  expect((await seen(it.operator)).equals(bytes)).toBe(true);
  for (const [i, order] of ofTwoSellers.entries()) {
    const own = (await seen(it.sellers.get(order.seller.code!)!.client)).toString('utf8');
    expect(own).toContain(`<ceb:logisticsNo>${order.waybill.logisticsNo}<`);
    expect(own).not.toContain(ofTwoSellers[1 - i]!.waybill.logisticsNo);
    expect(own).not.toContain(ofTwoSellers[1 - i]!.seller.code);
  }
});

test('another certificate with the serial of a registered one does not take its place, the same one copied otherwise is the same', async () => {
  const pem = readFileSync(join(keys, 'cert.pem'), 'utf8');
  const base64 = pem.replace(/-----[^-]+-----|\s/g, '');
  const other = Buffer.from(base64, 'base64');
  other[other.length - 1]! ^= 1;
  const register = (certificate: string) =>
    it.operator.raw(
      'POST',
      '/v1/party-certificates',
      JSON.stringify({ enterpriseCode: carrier.code, certificate }),
      { 'Content-Type': 'application/json' },
    );
  const refused = await register(other.toString('base64'));
  expect([refused.status, await codesOf(refused)]).toEqual([409, ['E10']]);
  expect((await register(base64)).status).toBe(201);
  const { rows } = await it.gateway.store.query<{ certificate: string }>(
    'select certificate from party_certificates where enterprise_code = $1',
    [carrier.code],
  );
  expect(rows).toEqual([{ certificate: base64 }]);
});

test('a certificate that was revoked by the command line signs nothing any more', async () => {
  const certificates = await it.gateway.store.query<{ serial: string }>(
    'select serial from party_certificates where enterprise_code = $1 and revoked_at is null',
    [carrier.code],
  );
  expect(certificates.rows).toHaveLength(1);
  const revoke = startCommand(['certificates', 'revoke', carrier.code, certificates.rows[0]!.serial], {
    ...settingsOf(it.gateway.config, it.sandbox.url),
    GATEWAY_LOG_LEVEL: 'error',
  });
  expect({ ended: await revoke.ended, stderr: revoke.stderr() }).toEqual({ ended: 0, stderr: '' });
  const other = structuredClone(orders);
  other[2]!.waybill.grossWeight = '77';
  const response = await handIn(await sign(waybills(other)));
  expect(response.status).toBe(422);
  expect(await codesOf(response)).toEqual(['E02']);
});
