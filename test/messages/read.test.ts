import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { FaultError } from '../../src/base/fault.js';
import { readMessage, readReceipts } from '../../src/messages/reader.js';
import {
  asFile,
  catalogue,
  documentFacts,
  envelope,
  goldenOrder,
  hollowSignature,
  input,
  message,
} from './fixtures.js';

const read = (xml: string) => readMessage(Buffer.from(xml, 'utf8'), catalogue);
const codes = (notes: readonly { code: string; path: string }[]) =>
  notes.map((n) => `${n.code} ${n.path}`.trim());

function refusal(bytes: Buffer | string): string[] {
  try {
    readMessage(Buffer.from(bytes), catalogue);
    return [];
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.status).toBe(400);
    expect(JSON.stringify(error.faults)).not.toMatch(/\{\w+\}/);
    return error.faults.map((f) => f.code);
  }
}

const ceb = 'http://www.chinaport.gov.cn/ceb';

/** One InventoryReturn, in a given prefix. */
function inventoryReturn(prefix: string, fields: Record<string, string>): string {
  const p = prefix && `${prefix}:`;
  const body = Object.entries(fields).map(([name, text]) => `\n    <${p}${name}>${text}</${p}${name}>`);
  return `  <${p}InventoryReturn>${body.join('')}\n  </${p}InventoryReturn>\n`;
}

function receipt604(
  prefix: string,
  returns: readonly Record<string, string>[],
  root = 'CEB604Message',
): string {
  const p = prefix && `${prefix}:`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<${p}${root} xmlns${prefix && `:${prefix}`}="${ceb}"` +
    ` guid="0DDBA11C-0000-4000-8000-000000000001" version="1.0">\n` +
    `${returns.map((fields) => inventoryReturn(prefix, fields)).join('')}</${p}${root}>\n`
  );
}

const taken = {
  guid: '7A1D9E40-52C3-4B7F-9D01-000000000001',
  agentCode: '91500108MA5XBRK744',
  copNo: 'CQJLJ2026111800001',
  preNo: 'B20261118000000001',
  ebcCode: '91500103MA5YQ00A09',
  ebpCode: '91500000MA5U0ABC9U',
  orderNo: 'CQ2026111800001',
  statisticsFlag: 'A',
  returnStatus: '120',
  returnTime: '20261118111500123',
  returnInfo: '[Code:1800;Desc:逻辑校验通过]',
};
const released = {
  ...taken,
  invtNo: '80132026E000000001',
  returnStatus: '800',
  returnTime: '20261118120000',
  returnInfo: '[Code:2300;Desc:审核通过][Code:2600;Desc:放行 [快速]]',
};

describe('receipts', () => {
  test.each([
    ['the ceb: prefix', 'ceb'],
    ['another prefix', 'x'],
    ['the default namespace', ''],
  ])('a receipt with %s says the same', (_, prefix) => {
    const message = read(receipt604(prefix, [taken]));
    expect(message).toMatchObject({
      messageType: 'CEB604Message',
      receiptOf: 'CEB603Message',
      guid: '0DDBA11C-0000-4000-8000-000000000001',
      version: '1.0',
      notes: [],
    });
    expect(readReceipts(message)).toEqual([
      {
        messageType: 'CEB604Message',
        receiptOf: 'CEB603Message',
        index: 0,
        guid: taken.guid,
        key: { agentCode: taken.agentCode, copNo: taken.copNo },
        returnStatus: '120',
        returnTime: new Date('2026-11-18T03:15:00.123Z'),
        returnTimeText: '20261118111500123',
        returnInfo: '[Code:1800;Desc:逻辑校验通过]',
        infos: [{ code: '1800', text: '逻辑校验通过' }],
        infoCode: '1800',
        infoText: '逻辑校验通过',
        preNo: 'B20261118000000001',
        fields: taken,
      },
    ]);
  });

  test('several receipts in one message keep their order and their own values', () => {
    const facts = readReceipts(read(receipt604('ceb', [taken, released, { ...taken, copNo: 'OTHER' }])));
    expect(facts.map((f) => [f.index, f.returnStatus, f.key.copNo, f.invtNo])).toEqual([
      [0, '120', taken.copNo, undefined],
      [1, '800', taken.copNo, released.invtNo],
      [2, '120', 'OTHER', undefined],
    ]);
    expect(facts[1]?.infos).toEqual([
      { code: '2300', text: '审核通过' },
      { code: '2600', text: '放行 [快速]' },
    ]);
    expect(facts[1]?.returnTime).toEqual(new Date('2026-11-18T04:00:00Z'));
  });

  test('free words and impossible times are kept as they stand', () => {
    const [fact] = readReceipts(
      read(receipt604('', [{ ...taken, returnTime: '20261331000000000', returnInfo: '处理异常' }])),
    );
    expect(fact).toMatchObject({ returnTimeText: '20261331000000000', returnInfo: '处理异常', infos: [] });
    expect(fact?.returnTime).toBeUndefined();
    expect(fact?.infoCode).toBeUndefined();
  });

  test('numbers stay text: leading zeros, long numbers and exponents survive', () => {
    const odd = {
      ...taken,
      copNo: '007',
      orderNo: '12345678901234567890',
      preNo: '1e5',
      returnStatus: '-604001',
    };
    const [fact] = readReceipts(read(receipt604('ceb', [odd])));
    expect(fact?.fields).toEqual(odd);
  });

  test('a format check receipt names the message it could not read and keeps its text', () => {
    const original = '<ceb:CEB603Message>\n <broken>&amp;';
    const [fact] = readReceipts(
      read(
        `<CEB900Message xmlns="${ceb}" guid="G" version="1.0"><MessageReturn><guid>G1</guid>` +
          `<returnStatus>-900001</returnStatus><returnInfo>报文格式错误</returnInfo>` +
          `<returnTime>20261118111500123</returnTime><oriCopMsgId>MSG-1</oriCopMsgId>` +
          `<oriMessageType>CEB603Message</oriMessageType>` +
          `<oriBizMessage><![CDATA[${original}]]></oriBizMessage></MessageReturn></CEB900Message>`,
      ),
    );
    expect(fact).toMatchObject({
      messageType: 'CEB900Message',
      key: {},
      returnStatus: '-900001',
      oriMessageType: 'CEB603Message',
      oriCopMsgId: 'MSG-1',
      oriBizMessage: original,
    });
  });

  test('a message we sent holds no receipts', () => {
    expect(readReceipts(read(asFile(message('CEB603Message').write([input()], envelope))))).toEqual([]);
  });
});

describe('slips of other systems are read and noted', () => {
  test('a root without its last part', () => {
    const message = read(receipt604('ceb', [taken], 'CEB604'));
    expect(message.messageType).toBe('CEB604Message');
    expect(codes(message.notes)).toEqual(['D21']);
    expect(readReceipts(message)).toHaveLength(1);
  });

  test('BaseTransfer twice: the first counts', () => {
    const once = asFile(message('CEB403Message').write([input()], envelope), hollowSignature);
    const other = '<ceb:BaseTransfer><ceb:copCode>OTHER</ceb:copCode></ceb:BaseTransfer>';
    const twice = read(once.replace('<ds:Signature', `${other}<ds:Signature`));
    expect(codes(twice.notes)).toEqual(['D24 BaseTransfer']);
    expect(twice.transfer).toEqual(envelope.transfer);
    expect(twice.signature).toEqual({ present: true, suite: 'rsa-sha1', keyName: '0a1b' });
  });

  test('unknown elements are kept and noted once', () => {
    const message = read(
      receipt604('ceb', [
        { ...taken, appSenderId: 'S1' },
        { ...taken, appSenderId: 'S2' },
      ]),
    );
    expect(codes(message.notes)).toEqual(['D23 InventoryReturn/appSenderId']);
    expect(message.documents.map((d) => d.appSenderId)).toEqual(['S1', 'S2']);
  });

  test('a message without a mapping is read as it stands', () => {
    const message = read(
      `<ceb:CEB699Message xmlns:ceb="${ceb}" guid="G" version="1.0"><ceb:NewReturn><ceb:guid>1</ceb:guid>` +
        `<ceb:returnStatus>2</ceb:returnStatus><ceb:NewList><ceb:a>1</ceb:a></ceb:NewList>` +
        `<ceb:NewList><ceb:a>2</ceb:a></ceb:NewList></ceb:NewReturn></ceb:CEB699Message>`,
    );
    expect(codes(message.notes)).toEqual(['D22']);
    expect(message.documents).toEqual([{ guid: '1', returnStatus: '2', NewList: [{ a: '1' }, { a: '2' }] }]);
    expect(readReceipts(message)).toMatchObject([
      { messageType: 'CEB699Message', guid: '1', returnStatus: '2', key: {} },
    ]);
  });

  test('another namespace', () => {
    const message = read(receipt604('ceb', [taken]).replace(ceb, 'http://www.chinaport.gov.cn/CEB'));
    expect(codes(message.notes)).toEqual(['D25']);
  });
});

describe('DXP wrappers', () => {
  const inner = receipt604('ceb', [taken]);
  const dxpMsg = (data: string, attributes = ' xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"') =>
    `<DxpMsg${attributes}><TransInfo><CopMsgId>M-1</CopMsgId><SenderId>DXPEDCCEB0000003</SenderId>` +
    `<ReceiverIds><ReceiverId>DXPENT0000012345</ReceiverId><ReceiverId>DXPENT0000012346</ReceiverId></ReceiverIds>` +
    `<CreatTime>2026-11-18T11:15:00</CreatTime><MsgType>CEB604Message</MsgType></TransInfo><Data>${data}</Data>` +
    `<AddInfo><FileName>r.xml</FileName><BizKey><Key name="DealFlag">0</Key><Key name="RetType">1</Key></BizKey>` +
    `</AddInfo></DxpMsg>`;
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64').replace(/.{76}/g, '$&\n');

  test('a receipt in DxpMsg is taken out, its TransInfo is kept', () => {
    const message = read(dxpMsg(base64(inner)));
    expect(message.messageType).toBe('CEB604Message');
    expect(message.bytes.toString('utf8')).toBe(inner);
    expect(message.wrapped).toEqual({
      root: 'DxpMsg',
      transInfo: {
        CopMsgId: 'M-1',
        SenderId: 'DXPEDCCEB0000003',
        ReceiverIds: ['DXPENT0000012345', 'DXPENT0000012346'],
        CreatTime: '2026-11-18T11:15:00',
        MsgType: 'CEB604Message',
      },
      fileName: 'r.xml',
      bizKeys: new Map([
        ['DealFlag', '0'],
        ['RetType', '1'],
      ]),
    });
    expect(readReceipts(message)).toHaveLength(1);
  });

  test('a receipt in DxpMsgSv is taken out of both', () => {
    const message = read(
      `<d:DxpMsgSv xmlns:d="http://www.chinaport.gov.cn/dxp" ver="1.0"><d:SvNo Ver="1.0"><d:MsgId>SV1</d:MsgId></d:SvNo>` +
        `${dxpMsg(base64(inner))}</d:DxpMsgSv>`,
    );
    expect(message.wrapped).toMatchObject({
      root: 'DxpMsgSv',
      svMsgId: 'SV1',
      transInfo: { CopMsgId: 'M-1' },
    });
    expect(readReceipts(message)).toHaveLength(1);
  });

  test('the answer of the exchange platform is read', () => {
    const message = read(
      `<DxpRep xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><RecevierId>DXPENT0000012345</RecevierId>` +
        `<Response><ResponseCode>E0001</ResponseCode><ResponseInfo>接收方不存在</ResponseInfo>` +
        `<NoticeTime>2026-11-18</NoticeTime><OriHead><CopMsgId>M-1</CopMsgId></OriHead></Response></DxpRep>`,
    );
    expect(message).toMatchObject({
      messageType: 'DxpRep',
      version: '1.0',
      documents: [{ ResponseCode: 'E0001', ResponseInfo: '接收方不存在', OriHead: { CopMsgId: 'M-1' } }],
      others: { RecevierId: 'DXPENT0000012345' },
    });
    expect(readReceipts(message)).toEqual([]);
  });

  test('what is in the wrapper passes the same door', () => {
    expect(refusal(dxpMsg(base64('<!DOCTYPE a><a/>')))).toEqual(['D05']);
  });
  test('wrappers in wrappers without end are refused', () => {
    let xml = inner;
    for (let i = 0; i < 5; i++) xml = dxpMsg(base64(xml));
    expect(refusal(xml)).toEqual(['D11']);
  });
  test('Data that is not Base64 is refused', () => {
    expect(refusal(dxpMsg('&lt;ceb/&gt;'))).toEqual(['D09']);
    expect(refusal(dxpMsg(''))).toEqual(['D09']);
  });
  test('a wrapper without Data is refused', () => {
    expect(refusal('<DxpMsg><TransInfo/></DxpMsg>')).toEqual(['D10']);
  });
});

test('XML that is no cross-border message is refused', () => {
  expect(refusal('<html/>')).toEqual(['D08']);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'an element named %s cannot reach the prototype of anything',
  (name) => {
    for (const prefix of ['ceb', '']) {
      const entry = inventoryReturn(prefix, taken).replace('<', `<${prefix && `${prefix}:`}${name}/><`);
      expect(
        refusal(receipt604(prefix, [taken]).replace(/ {2}<(ceb:)?InventoryReturn[\s\S]*Return>/, entry)),
      ).toEqual(['D12']);
    }
    expect(({} as Record<string, unknown>).guid).toBeUndefined();
  },
);

test('any text that XML allows is read back as it was written', () => {
  const allowed = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 60 })
    .filter((s) =>
      Array.from(s).every((c) => (c >= ' ' ? c !== '\ufffe' && c !== '\uffff' : '\t\n\r'.includes(c))),
    );
  const nasty = fc
    .array(
      fc.constantFrom(
        '&',
        '<',
        '>',
        '"',
        "'",
        '\r',
        '\n',
        '\t',
        ' ',
        ']]>',
        '&amp;',
        '&#13;',
        '重',
        '😀',
        '0',
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(allowed, nasty), fc.oneof(allowed, nasty), (note, copNo) => {
      const order = goldenOrder();
      order.list.note = note;
      const document = { ...documentFacts(), copNo };
      const { documents } = read(asFile(message('CEB603Message').write([{ order, document }], envelope)));
      expect(documents[0]?.InventoryHead).toMatchObject({ note, copNo });
      expect(documents[0]?.InventoryList).toHaveLength(2);
    }),
    { numRuns: 300 },
  );
});
