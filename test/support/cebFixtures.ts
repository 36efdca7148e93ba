import { execFileSync } from 'node:child_process';
import { createHash, sign as rsaSign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Small messages written by hand in canonical form and signed with node:crypto (RSA) or the openssl command (SM2):
 * a second opinion, sharing nothing with the gateway's writer and signer. The companies are fictitious.
 */
export const companies = {
  seller: { code: '91500108MA7B2C3D4R', name: '重庆山城跨境贸易有限公司' },
  platform: { code: '91500112MA7E5F6G7L', name: '重庆两江电商平台有限公司' },
  logistics: { code: '91500103MA7H8J9K1R', name: '重庆嘉陵国际物流有限公司' },
  declarant: { code: '91500000MA7L2M3N5M', name: '重庆渝新报关有限公司' },
} as const;

export const fixtureDxpId = 'DXPENT0000012345';

let serial = 0;
/** 36 characters, upper case, different at every call of a test run. */
export const fixtureGuid = (): string => `0F1C2D3E-0000-4000-8000-${String(++serial).padStart(12, '0')}`;

export interface FixtureKey {
  suite: 'rsa-sha1' | 'sm2-sm3';
  keyPem: string;
  /** DER in Base64. */
  certificate: string;
}

/** Makes a key and a self-signed certificate with the openssl command. */
export function makeKey(suite: FixtureKey['suite']): FixtureKey {
  const dir = mkdtempSync(join(tmpdir(), 'ceb-key-'));
  try {
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
    if (suite === 'rsa-sha1') run('genrsa', '-out', key, '2048');
    else run('ecparam', '-name', 'SM2', '-genkey', '-noout', '-out', key);
    const digest = suite === 'rsa-sha1' ? ['-sha256'] : ['-sm3', '-sigopt', 'distid:1234567812345678'];
    run(
      'req',
      '-x509',
      '-new',
      '-key',
      key,
      ...digest,
      '-days',
      '30',
      '-subj',
      '/C=CN/O=Shancheng/CN=test',
      '-out',
      cert,
    );
    const certificate = readFileSync(cert, 'utf8').replace(/-----[^-]+-----|\s/g, '');
    return { suite, keyPem: readFileSync(key, 'utf8'), certificate };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export type Values = Record<string, string>;

export const leafs = (values: Values): string =>
  Object.entries(values)
    .map(([name, value]) => `<ceb:${name}>${value}</ceb:${name}>`)
    .join('');

export const common = (over: Values): Values => ({
  guid: fixtureGuid(),
  appType: '1',
  appTime: '20261120100000',
  appStatus: '2',
  ...pick(over, ['guid', 'appType', 'appTime', 'appStatus']),
});

const pick = (from: Values, names: string[]): Values =>
  Object.fromEntries(names.flatMap((n) => (from[n] === undefined ? [] : [[n, from[n]]])));

export const overlay = (base: Values, over: Values): Values => ({
  ...base,
  ...pick(over, Object.keys(base)),
});

export interface FixtureLine {
  gnum: string;
  itemNo: string;
  qty: string;
}

const oneLine: FixtureLine[] = [{ gnum: '1', itemNo: 'SC-0001', qty: '2' }];

export function orderXml(over: Values = {}, lines: FixtureLine[] = oneLine): string {
  const head = overlay(
    {
      ...common(over),
      orderType: 'E',
      orderNo: 'SC20261120-0001',
      ebpCode: companies.platform.code,
      ebpName: companies.platform.name,
      ebcCode: companies.seller.code,
      ebcName: companies.seller.name,
      goodsValue: '60',
      freight: '0',
      currency: '142',
    },
    over,
  );
  const list = lines.map((line) =>
    leafs({
      gnum: line.gnum,
      itemNo: line.itemNo,
      itemName: '陶瓷茶杯',
      unit: '011',
      currency: '142',
      qty: line.qty,
      price: '30',
      totalPrice: '60',
    }),
  );
  const rows = list.map((row) => `<ceb:OrderList>${row}</ceb:OrderList>`).join('');
  return `<ceb:Order><ceb:OrderHead>${leafs(head)}</ceb:OrderHead>${rows}</ceb:Order>`;
}

export function paymentXml(over: Values = {}): string {
  const fields = overlay(
    {
      ...common(over),
      ebpCode: companies.platform.code,
      ebpName: companies.platform.name,
      ebcCode: companies.seller.code,
      ebcName: companies.seller.name,
      orderNo: 'SC20261120-0001',
      payName: '现金支付',
      payNo: 'PAY0001',
      charge: '60',
      currency: '142',
      accountingDate: '20261120090000',
    },
    over,
  );
  return `<ceb:Receipts>${leafs(fields)}</ceb:Receipts>`;
}

export function waybillXml(over: Values = {}): string {
  const fields = overlay(
    {
      ...common(over),
      logisticsCode: companies.logistics.code,
      logisticsName: companies.logistics.name,
      logisticsNo: 'JL0001',
      freight: '10',
      insuredFee: '0',
      currency: '142',
      grossWeight: '1.2',
      packNo: '1',
      goodsInfo: '陶瓷茶杯',
    },
    over,
  );
  return `<ceb:Logistics>${leafs(fields)}</ceb:Logistics>`;
}

export function listXml(over: Values = {}, lines: FixtureLine[] = oneLine): string {
  const head = overlay(
    {
      ...common(over),
      customsCode: '8013',
      ebpCode: companies.platform.code,
      ebpName: companies.platform.name,
      orderNo: 'SC20261120-0001',
      logisticsCode: companies.logistics.code,
      logisticsName: companies.logistics.name,
      logisticsNo: 'JL0001',
      copNo: 'COP0001',
      ieFlag: 'E',
      portCode: '8013',
      ieDate: '20261120',
      statisticsFlag: 'A',
      agentCode: companies.declarant.code,
      agentName: companies.declarant.name,
      ebcCode: companies.seller.code,
      ebcName: companies.seller.name,
      ownerCode: companies.seller.code,
      ownerName: companies.seller.name,
      tradeMode: '9610',
      trafMode: '5',
      country: '502',
      POD: '502',
      freight: '10',
      fCurrency: '142',
      fFlag: '3',
      insuredFee: '0',
      iCurrency: '142',
      iFlag: '3',
      wrapType: '2',
      packNo: '1',
      grossWeight: '1.2',
      netWeight: '1',
    },
    over,
  );
  const rows = lines
    .map((line) =>
      leafs({
        gnum: line.gnum,
        itemNo: line.itemNo,
        gcode: '6912001000',
        gname: '陶瓷茶杯',
        gmodel: '家用|陶瓷|无品牌',
        barCode: '无',
        country: '502',
        currency: '142',
        qty: line.qty,
        qty1: '1',
        unit: '011',
        unit1: '035',
        price: '30',
        totalPrice: '60',
      }),
    )
    .map((row) => `<ceb:InventoryList>${row}</ceb:InventoryList>`)
    .join('');
  return `<ceb:Inventory><ceb:InventoryHead>${leafs(head)}</ceb:InventoryHead>${rows}</ceb:Inventory>`;
}

export interface FixtureMessage {
  guid: string;
  messageType: string;
  createdAt: Date;
  flow: 'export' | 'import';
  family: string;
  envelope: 'dxp';
  dxpId: string;
  bytes: Buffer;
}

/** Wraps business nodes into a message and signs it; `key: undefined` leaves the signature out; `after`: subscriptions. */
export function cebMessage(
  messageType: string,
  nodes: readonly string[],
  key: FixtureKey | undefined,
  {
    guid = fixtureGuid(),
    dxpId = fixtureDxpId,
    after = '',
  }: { guid?: string; dxpId?: string; after?: string } = {},
): FixtureMessage {
  const transfer = leafs({
    copCode: companies.declarant.code,
    copName: companies.declarant.name,
    dxpMode: 'DXP',
    dxpId,
  });
  const root = `ceb:${messageType}`;
  const body =
    `<${root} xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="${guid}" version="1.0">${nodes.join('')}` +
    `<ceb:BaseTransfer>${transfer}</ceb:BaseTransfer>${after}</${root}>`;
  const xml = key ? signXml(body, key) : body;
  const flow = [
    'CEB311Message',
    'CEB411Message',
    'CEB511Message',
    'CEB513Message',
    'CEB621Message',
    'CEB623Message',
    'CEB625Message',
    'CEB711Message',
  ].includes(messageType)
    ? 'import'
    : 'export';
  return {
    guid,
    messageType,
    dxpId,
    createdAt: new Date('2026-11-20T02:03:04Z'),
    flow,
    family: 'ceb',
    envelope: 'dxp',
    bytes: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`),
  };
}

const w3 = 'http://www.w3.org/2000/09/xmldsig#';
const chinaport = 'http://www.chinaport.gov.cn/2022/04/xmldsig#';

/** Adds an enveloped signature as the last child of a document that is already in canonical form. */
export function signXml(canonical: string, key: FixtureKey): string {
  const rsa = key.suite === 'rsa-sha1';
  const digest = createHash(rsa ? 'sha1' : 'sm3')
    .update(canonical)
    .digest('base64');
  const info = (namespaces: string) =>
    `<ds:SignedInfo${namespaces}>` +
    `<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${rsa ? `${w3}rsa-sha1` : `${chinaport}sm2-sm3`}"></ds:SignatureMethod>` +
    `<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="${w3}enveloped-signature"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${rsa ? `${w3}sha1` : `${chinaport}sm3`}"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const canonicalInfo = Buffer.from(info(` xmlns:ceb="http://www.chinaport.gov.cn/ceb" xmlns:ds="${w3}"`));
  const value = rsa ? rsaSign('sha1', canonicalInfo, key.keyPem) : sm2Sign(canonicalInfo, key.keyPem);
  const signature =
    `<ds:Signature xmlns:ds="${w3}">${info('')}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:KeyName>01</ds:KeyName><ds:X509Data><ds:X509Certificate>${key.certificate}</ds:X509Certificate>` +
    `</ds:X509Data></ds:KeyInfo></ds:Signature>`;
  const end = canonical.lastIndexOf('</');
  return canonical.slice(0, end) + signature + canonical.slice(end);
}

/** SM2 with the standard user id by the openssl command; its DER signature as raw r‖s. */
function sm2Sign(bytes: Buffer, keyPem: string): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'ceb-sm2-'));
  try {
    const [key, message] = [join(dir, 'key.pem'), join(dir, 'message')];
    writeFileSync(key, keyPem);
    writeFileSync(message, bytes);
    const der = execFileSync('openssl', [
      ...['pkeyutl', '-sign', '-inkey', key, '-rawin', '-in', message, '-digest', 'sm3'],
      ...['-pkeyopt', 'distid:1234567812345678'],
    ]);
    const integer = (at: number) => ({
      end: at + 2 + (der[at + 1] ?? 0),
      bytes: der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0)),
    });
    const r = integer(2);
    const s = integer(r.end);
    const fixed = (n: Buffer) => Buffer.concat([Buffer.alloc(32), n]).subarray(-32);
    return Buffer.concat([fixed(r.bytes), fixed(s.bytes)]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
