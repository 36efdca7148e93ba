import { common, companies, leafs, overlay, type Values } from './cebFixtures.js';
import { makeUscc } from './uscc.js';

/** The import documents, written by hand. The people are fictitious. */

export interface ImportLine {
  gnum: string;
  itemNo: string;
  qty: string;
  totalPrice: string;
}

const oneLine: ImportLine[] = [{ gnum: '1', itemNo: 'IM-0001', qty: '2', totalPrice: '199.98' }];

const platform = { ebpCode: companies.platform.code, ebpName: companies.platform.name };
const seller = { ebcCode: companies.seller.code, ebcName: companies.seller.name };
const carrier = { logisticsCode: companies.logistics.code, logisticsName: companies.logistics.name };
const agent = { agentCode: companies.declarant.code, agentName: companies.declarant.name };
const payCompany = { payCode: '312226T001', payName: '重庆江北支付有限公司' };
export const buyer = { buyerIdNumber: '500103199001010010', buyerName: '李山城' };

const headed = (node: string, head: Values, rows = ''): string =>
  `<ceb:${node}><ceb:${node}Head>${leafs(head)}</ceb:${node}Head>${rows}</ceb:${node}>`;

const rowsOf = (name: string, rows: readonly Values[]): string =>
  rows.map((row) => `<ceb:${name}>${leafs(row)}</ceb:${name}>`).join('');

export function importOrderXml(over: Values = {}, lines = oneLine): string {
  const head = overlay(
    {
      ...common(over),
      orderType: 'I',
      orderNo: 'IM0001',
      ...platform,
      ...seller,
      goodsValue: '199.98',
      freight: '0',
      discount: '0',
      taxTotal: '18.2',
      acturalPaid: '218.18',
      currency: '142',
      buyerRegNo: 'user1',
      buyerName: buyer.buyerName,
      buyerTelephone: '13800000001',
      buyerIdType: '1',
      buyerIdNumber: buyer.buyerIdNumber,
      ...payCompany,
      consignee: buyer.buyerName,
      consigneeTelephone: '13800000001',
      consigneeAddress: '重庆市渝中区解放碑1号',
    },
    over,
  );
  const rows = lines.map(({ gnum, itemNo, qty, totalPrice }) => ({
    gnum,
    itemNo,
    itemName: '护手霜',
    gmodel: '护手霜|75毫升',
    unit: '011',
    qty,
    price: '99.99',
    totalPrice,
    currency: '142',
    country: '502',
  }));
  return headed('Order', head, rowsOf('OrderList', rows));
}

export function importPaymentXml(over: Values = {}): string {
  const head = overlay(
    {
      ...common(over),
      ...payCompany,
      payTransactionId: 'T0001',
      orderNo: 'IM0001',
      ...platform,
      payerIdType: '1',
      payerIdNumber: buyer.buyerIdNumber,
      payerName: buyer.buyerName,
      amountPaid: '218.18',
      currency: '142',
      payTime: '20261120090000',
    },
    over,
  );
  return headed('Payment', head);
}

export function importWaybillXml(over: Values = {}): string {
  const head = overlay(
    {
      ...common(over),
      ...carrier,
      logisticsNo: 'IW0001',
      orderNo: 'IM0001',
      freight: '0',
      insuredFee: '0',
      currency: '142',
      weight: '1',
      packNo: '1',
      consignee: buyer.buyerName,
      consigneeAddress: '重庆市渝中区解放碑1号',
      consigneeTelephone: '13800000001',
    },
    over,
  );
  return headed('Logistics', head);
}

export function importListXml(over: Values = {}, lines = oneLine): string {
  const head = overlay(
    {
      ...common(over),
      orderNo: 'IM0001',
      ...platform,
      ...seller,
      logisticsNo: 'IW0001',
      ...carrier,
      copNo: 'ICOP0001',
      assureCode: companies.platform.code,
      ieFlag: 'I',
      declTime: '20261120',
      customsCode: '8013',
      portCode: '8013',
      buyerIdType: '1',
      buyerIdNumber: buyer.buyerIdNumber,
      buyerName: buyer.buyerName,
      buyerTelephone: '13800000001',
      consigneeAddress: '重庆市渝中区解放碑1号',
      ...agent,
      tradeMode: '9610',
      trafMode: '5',
      trafNo: 'CA4321',
      voyageNo: 'CA4321',
      billNo: '999-87654321',
      country: '502',
      freight: '0',
      insuredFee: '0',
      currency: '142',
      packNo: '1',
      grossWeight: '1',
      netWeight: '0.8',
    },
    over,
  );
  const rows = lines.map(({ gnum, itemNo, qty, totalPrice }) => ({
    gnum,
    itemNo,
    gcode: '3304990099',
    gname: '护手霜',
    gmodel: '护手霜|75毫升',
    country: '502',
    tradeCountry: '502',
    currency: '142',
    qty,
    unit: '011',
    qty1: '1',
    unit1: '035',
    price: '99.99',
    totalPrice,
  }));
  return headed('Inventory', head, rowsOf('InventoryList', rows));
}

const aboutList = {
  customsCode: '8013',
  orderNo: 'IM0001',
  ...platform,
  ...seller,
  logisticsNo: 'IW0001',
  ...carrier,
};
const people = {
  buyerIdType: '1',
  ...buyer,
  buyerTelephone: '13800000001',
  ...agent,
};

export function importWithdrawalXml(over: Values = {}): string {
  const fields = overlay(
    { ...common(over), ...aboutList, copNo: 'ICAN0001', invtNo: '', ...people, reason: '订购人取消' },
    over,
  );
  return `<ceb:InvtCancel>${leafs(fields)}</ceb:InvtCancel>`;
}

export function importReturnXml(
  over: Values,
  rows: readonly { gnum: string; gcode?: string; qty: string }[],
): string {
  const head = overlay(
    { ...common(over), ...aboutList, copNo: 'IRET0001', invtNo: '', ...people, reason: '七日无理由退货' },
    over,
  );
  const list = rows.map(({ gnum, gcode = '3304990099', qty }) => ({
    gnum,
    gcode,
    gname: '护手霜',
    qty,
    unit: '011',
  }));
  return headed('InvtRefund', head, rowsOf('InvtRefundList', list));
}

export function deliveryStatusXml(over: Values = {}): string {
  const fields = overlay(
    {
      ...common(over),
      ...carrier,
      logisticsNo: 'IW0001',
      logisticsStatus: 'S',
      logisticsTime: '20261121100000',
    },
    over,
  );
  return `<ceb:LogisticsStatus>${leafs(fields)}</ceb:LogisticsStatus>`;
}

export function warehouseEntryXml(over: Values = {}): string {
  const head = overlay(
    {
      ...common(over),
      customsCode: '8013',
      copNo: 'RK0001',
      operatorCode: makeUscc(7),
      operatorName: '重庆两路寸滩监管场所有限公司',
      ieFlag: 'I',
      trafMode: '5',
      trafNo: 'CA4321',
      voyageNo: 'CA4321',
      billNo: '999-87654321',
      ...carrier,
    },
    over,
  );
  return headed('Delivery', head, rowsOf('DeliveryList', [{ gnum: '1', logisticsNo: 'IW0001' }]));
}
