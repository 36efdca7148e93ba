import { agents, carriers, platforms, sellers, terminal } from './companies.js';

const agent = agents[0]!;
const carrier = carriers[0]!;
const seller = sellers[0]!;
const platform = platforms[0]!;
const byAgent = { agentCode: agent.code, agentName: agent.name };
const byCarrier = { logisticsCode: carrier.code, logisticsName: carrier.name };
const byOperator = { operatorCode: terminal.code, operatorName: terminal.name };
const from = { ebcCode: seller.code, ebcName: seller.name };
const at = { ebpCode: platform.code, ebpName: platform.name };
/** Fictitious. */
const buyer = {
  buyerIdType: '1',
  buyerIdNumber: '500103199001010010',
  buyerName: '李山城',
  buyerTelephone: '13800000001',
};
const imported = {
  customsCode: '8013',
  orderNo: 'CQ2026110100001',
  ...at,
  ...from,
  logisticsNo: 'JL2026110100001',
  ...byCarrier,
  preNo: 'B20261101000000001',
  invtNo: '80132026I000000001',
  ...buyer,
  ...byAgent,
};
const trip = { trafMode: '5', trafName: 'CA437', voyageNo: '20261128', billNo: '999-12345675' };
const parcels = [{ logisticsNo: 'JL2026110100001' }, { logisticsNo: 'JL2026110100002' }];

/** The filings of `examples/filings`, one of each message, by file name: what `gateway build` and `POST /v1/filings` take. */
export const exampleFilings = (): Map<string, { messageType: string; data: Record<string, unknown> }> =>
  new Map(
    Object.entries<Record<string, unknown>>({
      CEB213: {
        customsCode: '8013',
        loctNo: '801301',
        ...at,
        ...from,
        logisticsNo: 'JL2026110100001',
        ...byCarrier,
        coElNo: 'TH2026112000000001',
        invtNo: '80132026E000000001',
        tradeMode: '9610',
        ...byAgent,
        ...trip,
        portCode: '8003',
        reason: '收件人拒收',
        country: '502',
        list: [
          {
            gnum: '1',
            gcode: '9503002100',
            gname: '毛绒玩具',
            gmodel: '涤纶填充|无品牌|30cm',
            qty: '1',
            unit: '007',
            qty1: '0.35',
            unit1: '035',
          },
        ],
      },
      CEB215: {
        customsCode: '8013',
        ...byOperator,
        ...byCarrier,
        logisticsNo: 'JL2026110100001',
        invtNo: '80132026E000000001',
        coElNo: 'LH202611210000000001',
        ...trip,
        location: '801301',
      },
      CEB507: {
        customsCode: '8013',
        ...byOperator,
        loctNo: '801301',
        trafMode: '5',
        billNo: '999-12345675',
        domesticTrafNo: '渝A12345',
        ...byCarrier,
        list: parcels,
      },
      CEB509: {
        customsCode: '8003',
        ...byCarrier,
        ...trip,
        leaveTime: '2026-11-20T02:30:00Z',
        list: parcels,
      },
      CEB513: {
        ...byCarrier,
        logisticsNo: 'JL2026110100001',
        logisticsStatus: 'S',
        logisticsTime: '2026-11-20T02:30:00Z',
      },
      CEB605: {
        customsCode: '8013',
        invtNo: '80132026E000000001',
        preNo: 'B20261101000000001',
        reason: '订单取消',
        ...byAgent,
        ...from,
      },
      CEB607: {
        customsCode: '8013',
        ...byAgent,
        loctNo: '801301',
        ...trip,
        domesticTrafNo: '渝A12345',
        grossWeight: '12.5',
        ...byCarrier,
        list: parcels.map((parcel, i) => ({
          ...parcel,
          totalPackageNo: 'ZB20261120001',
          invtNo: `80132026E00000000${i + 1}`,
        })),
      },
      CEB623: { ...imported, copNo: 'CD202611200000000001', reason: '订购人取消' },
      CEB625: {
        ...imported,
        copNo: 'TH202611200000000001',
        reason: '七日无理由退货',
        list: [{ gnum: '1', gcode: '3304990099', gname: '护手霜', qty: '1', unit: '011' }],
      },
      CEB701: {
        customsCode: '8013',
        ...byAgent,
        ...from,
        declAgentCode: agent.code,
        declAgentName: agent.name,
        summaryFlag: '1',
        itemNameFlag: '1',
        list: [{ invtNo: '80132026E000000001' }, { invtNo: '80132026E000000002' }],
      },
      CEB711: {
        customsCode: '8013',
        ...byOperator,
        trafMode: '5',
        trafNo: 'CA4321',
        voyageNo: 'CA4321',
        billNo: '999-87654321',
        ...byCarrier,
        list: parcels,
      },
    }).map(([name, data]) => [`${name}.json`, { messageType: `${name}Message`, data }]),
  );

/** The text of an example as it stands in `examples/filings`. */
export const exampleText = (filing: object): string => `${JSON.stringify(filing, null, 2)}\n`;
