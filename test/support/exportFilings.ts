import { common, companies, leafs, overlay, type Values } from './cebFixtures.js';
import { makeUscc } from './uscc.js';

/** The export documents that follow a list, written by hand. `rows` are the lines, in the order of their elements. */

const rowsOf = (name: string, rows: readonly Values[]): string =>
  rows.map((row) => `<ceb:${name}>${leafs(row)}</ceb:${name}>`).join('');

const agent = { agentCode: companies.declarant.code, agentName: companies.declarant.name };
const seller = { ebcCode: companies.seller.code, ebcName: companies.seller.name };
const carrier = { logisticsCode: companies.logistics.code, logisticsName: companies.logistics.name };
const operator = { operatorCode: makeUscc(7), operatorName: '重庆两路寸滩监管场所有限公司' };

export function arrivalXml(over: Values = {}, rows: readonly Values[] = []): string {
  const head = overlay(
    {
      ...common(over),
      customsCode: '8013',
      copNo: 'ARR0001',
      ...operator,
      ieFlag: 'E',
      trafMode: '5',
      domesticTrafNo: '渝A12345',
      ...carrier,
      msgCount: '1',
      msgSeqNo: '1',
    },
    over,
  );
  return `<ceb:Arrival><ceb:ArrivalHead>${leafs(head)}</ceb:ArrivalHead>${rowsOf('ArrivalList', rows)}</ceb:Arrival>`;
}

export function departureXml(over: Values = {}): string {
  const head = overlay(
    {
      ...common(over),
      customsCode: '8013',
      copNo: 'DEP0001',
      ...carrier,
      trafMode: '5',
      leaveTime: '20261120200000',
      msgCount: '1',
      msgSeqNo: '1',
    },
    over,
  );
  const rows = rowsOf('DepartureList', [{ gnum: '1', logisticsNo: 'JL0001' }]);
  return `<ceb:Departure><ceb:DepartureHead>${leafs(head)}</ceb:DepartureHead>${rows}</ceb:Departure>`;
}

export function withdrawalXml(over: Values = {}): string {
  const fields = overlay(
    {
      ...common(over),
      customsCode: '8013',
      copNo: 'CAN0001',
      invtNo: '80132026E000000001',
      reason: '买家取消订单',
      ...agent,
      ...seller,
    },
    over,
  );
  return `<ceb:InvtCancel>${leafs(fields)}</ceb:InvtCancel>`;
}

export function waybillSummaryXml(over: Values, rows: readonly Values[]): string {
  const head = overlay(
    {
      ...common(over),
      customsCode: '8013',
      copNo: 'SUM0001',
      ...agent,
      trafMode: '5',
      trafName: 'CA1234',
      voyageNo: 'CA1234',
      billNo: '999-12345678',
      grossWeight: '12.5',
      ...carrier,
      msgCount: '1',
      msgSeqNo: '1',
    },
    over,
  );
  const list = rowsOf(
    'WayBillList',
    rows.map((row, i) => ({ gnum: String(i + 1), ...row })),
  );
  return `<ceb:WayBill><ceb:WayBillHead>${leafs(head)}</ceb:WayBillHead>${list}</ceb:WayBill>`;
}

/** `period`: startTime and endTime; the lists are then ignored. */
export function summaryXml(over: Values, invtNos: readonly string[], period: Values = {}): string {
  const head = overlay(
    {
      ...common(over),
      customsCode: '8013',
      copNo: 'APP0001',
      ...agent,
      ...seller,
      declAgentCode: companies.declarant.code,
      declAgentName: companies.declarant.name,
      ...period,
      summaryFlag: '1',
      itemNameFlag: '1',
      msgCount: '1',
      msgSeqNo: '1',
    },
    over,
  );
  const rows = rowsOf(
    'SummaryApplyList',
    invtNos.map((invtNo) => ({ invtNo })),
  );
  return `<ceb:SummaryApply><ceb:SummaryApplyHead>${leafs(head)}</ceb:SummaryApplyHead>${rows}</ceb:SummaryApply>`;
}

export function exportReturnXml(over: Values, rows: readonly { gnum: string; qty: string }[]): string {
  const head = overlay(
    {
      ...common(over),
      customsCode: '8013',
      ebpCode: companies.platform.code,
      ebpName: companies.platform.name,
      ...seller,
      logisticsNo: 'JLR0001',
      ...carrier,
      coElNo: 'RET0001',
      invtNo: '80132026E000000001',
      tradeMode: '9661',
      ...agent,
      billNo: 'JLR0001',
      ieFlag: 'I',
      trafMode: '5',
      trafName: 'CA4321',
      portCode: '8013',
      reason: '尺寸不符',
      country: '502',
      voyageNo: 'CA4321',
    },
    over,
  );
  const list = rowsOf(
    'InvtRefundList',
    rows.map(({ gnum, qty }) => ({
      gnum,
      gcode: '6912001000',
      gname: '陶瓷茶杯',
      gmodel: '家用|陶瓷|无品牌',
      qty,
      qty1: '1',
      unit: '011',
      unit1: '035',
    })),
  );
  return `<ceb:InvtRefund><ceb:InvtRefundHead>${leafs(head)}</ceb:InvtRefundHead>${list}</ceb:InvtRefund>`;
}

export function returnTallyXml(over: Values = {}): string {
  const fields = overlay(
    {
      ...common(over),
      customsCode: '8013',
      ...operator,
      ...carrier,
      logisticsNo: 'JLR0001',
      ...(over.invtNo ? { invtNo: over.invtNo } : {}),
      coElNo: 'TALLY0001',
      billNo: 'JLR0001',
      ieFlag: 'I',
      trafMode: '5',
      trafName: 'CA4321',
      voyageNo: 'CA4321',
    },
    over,
  );
  return `<ceb:InvtRefundDetail>${leafs(fields)}</ceb:InvtRefundDetail>`;
}
