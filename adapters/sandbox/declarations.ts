import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ParseOption, XmlDocument, XmlLibError } from 'libxml2-wasm';
import { z } from 'zod';
import { mappingPath } from '../../src/base/root.js';
import { time14 } from '../../src/base/clock.js';
import { BoundedMap } from './boundedMap.js';
import type { PlannedFile } from './receipts.js';

const applicationStep = z.strictObject({
  code: z.string(),
  info: z.string(),
  /** It names the number of the application. */
  number: z.boolean().default(false),
  /** It names the number of the electronic ledger (电子底账). */
  ledger: z.boolean().default(false),
});
/** An answer to an application for a certificate: FileRet by its RetType, or Receipt by its RepType. */
const certificateStep = z.union([
  z.strictObject({ ret: z.string(), note: z.string().default('') }),
  z.strictObject({ rep: z.string(), note: z.string().default('') }),
]);
/** The answer to an attachment of a certificate: RetType and Note of its FileRet. */
const attachmentAnswer = z.strictObject({ ret: z.string(), note: z.string() });
const dataSchema = z.strictObject({
  title: z.unknown(),
  source: z.string(),
  validFrom: z.iso.date(),
  /** What customs writes beside a code. */
  notes: z.record(z.string(), z.string()),
  application: z.strictObject({ normal: z.array(applicationStep) }),
  declaration: z.strictObject({ normal: z.array(z.string()), unknownLedger: z.array(z.string()) }),
  certificate: z.strictObject({ normal: z.array(certificateStep) }),
  /** One whose certificate nobody applied for is `unknown`. */
  attachment: z.strictObject({ normal: attachmentAnswer, unknown: attachmentAnswer }),
  /** Codes that share the moment of the first of them. */
  sameSecond: z.array(z.string()),
  behaviours: z.array(
    z.strictObject({
      marker: z.string().regex(/^-SB[A-Z0-9]+$/),
      zh: z.string(),
      en: z.string(),
      declaration: z.array(z.string()).optional(),
      application: z.array(applicationStep).optional(),
      certificate: z.array(certificateStep).optional(),
      attachment: attachmentAnswer.optional(),
      /** Not even the technical answer comes. */
      quiet: z.boolean().default(false),
      /** Only the first time the order is declared or applied for. */
      once: z.boolean().default(false),
    }),
  ),
});
type Data = z.output<typeof dataSchema>;

/** A form on the doorstep: which it is, its own number, and the order it speaks of. */
export interface ArrivedForm {
  type: 'DecMessage' | 'EEntDeclIo' | 'Certificate' | 'File';
  /** ClientSeqNo, CopNo or CertNo (of an attachment that of its certificate). */
  number: string;
  /** What its behaviour is marked in: the number of the order, of a certificate that of its invoice, of an attachment its name. */
  orderNo: string;
  /** Electronic ledgers it names. */
  ledgers: string[];
}

const namespaces: Readonly<Record<ArrivedForm['type'], string>> = {
  DecMessage: 'http://www.chinaport.gov.cn/dec',
  EEntDeclIo: 'http://www.chinaport.gov.cn/ciq',
  Certificate: 'http://www.w3.org/2000/09/xmldsig#',
  File: '',
};
const isForm = (name: string): name is ArrivedForm['type'] => Object.hasOwn(namespaces, name);
const parseOptions = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE };
const remembered = 100_000;

/**
 * The other two counters of the single window as the sandbox plays them: inspection applications and goods declarations. A
 * draft (OperType G) is declared by an operator at once, as a person would on the web page. Deterministic, like the rest.
 */
export class FormCounters {
  readonly #data: Data = dataSchema.parse(
    JSON.parse(readFileSync(mappingPath('sandbox', 'declarations.json'), 'utf8')),
  );
  /** How often an order was declared or applied for. */
  readonly #times = new BoundedMap<string, number>(remembered);
  readonly #ledgers = new BoundedMap<string, true>(remembered);
  /** Numbers of certificates, and whether they may not be applied for again. */
  readonly #underWay = new BoundedMap<string, boolean>(remembered);

  /** The form these bytes are; undefined for anything else. */
  read(bytes: Buffer): ArrivedForm | undefined {
    if (!/<(DecMessage|EEntDeclIo|Certificate|File)[\s>]/.test(bytes.subarray(0, 400).toString('latin1')))
      return undefined;
    // A DOCTYPE never reaches a parser, here neither.
    if (bytes.includes('<!DOCTYPE')) return undefined;
    let doc: XmlDocument;
    try {
      doc = XmlDocument.fromBuffer(bytes, parseOptions);
    } catch (error) {
      if (error instanceof XmlLibError) return undefined;
      throw error;
    }
    try {
      const type = doc.root.name;
      if (!isForm(type)) return undefined;
      if (doc.root.namespaceUri !== namespaces[type]) return undefined;
      if (type === 'File') {
        const textOf = (name: string): string => doc.get(`/File/${name}`)?.content.trim() ?? '';
        return { type, number: textOf('CertNo'), orderNo: textOf('FileName'), ledgers: [] };
      }
      const n = { f: namespaces[type] };
      const text = (path: string): string => doc.get(path, n)?.content.trim() ?? '';
      const texts = (path: string) => doc.find(path, n).map((node) => node.content.trim());
      if (type === 'Certificate')
        return {
          type,
          number: text('/f:Certificate/f:CertificateHead/f:CertNo'),
          orderNo: text('/f:Certificate/f:CertificateHead/f:InvNo'),
          ledgers: [],
        };
      return type === 'DecMessage'
        ? {
            type,
            number: text('/f:DecMessage/f:DecSign/f:ClientSeqNo'),
            orderNo: text('/f:DecMessage/f:EdocRealation/f:EdocID'),
            ledgers: texts('//f:LicenseDocu[f:DocuCode="B"]/f:CertCode'),
          }
        : {
            type,
            number: text('/f:EEntDeclIo/f:CopNo'),
            orderNo: text('/f:EEntDeclIo/f:ITF_DCL_IO_DECL/f:ContractNo'),
            ledgers: [],
          };
    } finally {
      doc.dispose();
    }
  }

  /** What answers a form, in the order in which it is handed out, `paceMs` apart. Remembers the order and its ledgers. */
  plan(form: ArrivedForm, acceptedAt: Date, paceMs: number): PlannedFile[] {
    const { type, number, orderNo } = form;
    const key = type === 'File' ? `${type} ${number} ${orderNo}` : `${type} ${orderNo}`;
    const times = (this.#times.get(key) ?? 0) + 1;
    this.#times.set(key, times);
    if (type === 'DecMessage' && this.#behaviour(orderNo, times, 'declaration')?.quiet) return [];
    if (type === 'File')
      return paced([this.#attachmentAnswer(form, times)], `${number}.${orderNo}.${times}`, paceMs);
    if (type === 'Certificate')
      return paced(this.#certificateAnswers(form, times, acceptedAt), `${number}.${times}`, paceMs);
    const seqNo = `Z${digits(number, 17)}`;
    const bodies: { name: string; xml: string }[] = [
      {
        name: `Successed_${type}_${number}`,
        xml:
          `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ErrorMessage>导入成功</ErrorMessage>` +
          `<ClientSeqNo>${escape(number)}</ClientSeqNo><SeqNo>${seqNo}</SeqNo><TrnPreId/></DecImportResponse>`,
      },
      ...(type === 'DecMessage'
        ? this.#results(form, seqNo, times, acceptedAt)
        : this.#answers(form, times, acceptedAt)),
    ];
    return paced(bodies, number, paceMs);
  }

  /** A certificate that did not come back is under way or issued: its number is taken. */
  isUnderWay({ type, number }: ArrivedForm): boolean {
    return type === 'Certificate' && this.#underWay.get(number) === true;
  }

  #behaviour(
    orderNo: string,
    times: number,
    of: 'declaration' | 'application' | 'certificate' | 'attachment',
  ) {
    return this.#data.behaviours.find(
      (b) => b[of] !== undefined && orderNo.includes(b.marker) && (!b.once || times === 1),
    );
  }

  #results(form: ArrivedForm, seqNo: string, times: number, acceptedAt: Date) {
    const { declaration, notes, sameSecond } = this.#data;
    const known = form.ledgers.every((ledger) => this.#ledgers.get(ledger));
    const codes = known
      ? (this.#behaviour(form.orderNo, times, 'declaration')?.declaration ?? declaration.normal)
      : declaration.unknownLedger;
    const entryId = digits(`entry ${form.number}`, 18);
    const first = codes.findIndex((code) => sameSecond.includes(code));
    let accepted = false;
    return codes.map((code, i) => {
      accepted ||= code === 'J';
      const second = sameSecond.includes(code) ? first : i;
      const at = isoSecond(new Date(acceptedAt.getTime() + second * 1000));
      const note = !known && code === 'E' ? '海关退单：电子底账数据号不存在' : (notes[code] ?? '');
      return {
        name: `Receipt_${form.number}_${i + 1}`,
        xml:
          `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><ENTRY_ID>${accepted ? entryId : ''}</ENTRY_ID><NOTICE_DATE>${at}</NOTICE_DATE>` +
          `<CHANNEL>${escape(code)}</CHANNEL><NOTE>${escape(note)}</NOTE><CUSTOM_MASTER/><I_E_DATE/><D_DATE/></DEC_RESULT>`,
      };
    });
  }

  /** The issuing side: the client takes the file in, then the authority says what it thinks, a second apart. */
  #certificateAnswers({ number, orderNo }: ArrivedForm, times: number, acceptedAt: Date) {
    const steps =
      this.#behaviour(orderNo, times, 'certificate')?.certificate ?? this.#data.certificate.normal;
    const last = steps.at(-1);
    this.#underWay.set(number, last === undefined || !cameBack(last));
    const certNo = `<CertNo>${escape(number)}</CertNo>`;
    return steps.map((step, i) => {
      const at = isoSecond(new Date(acceptedAt.getTime() + i * 1000)).replace('T', ' ');
      const note = escape(step.note);
      return 'ret' in step
        ? {
            name: `Successed_Certificate_${number}_${times}`,
            xml: `<FileRet>${certNo}<RetType>${escape(step.ret)}</RetType><Note>${note} ${at}</Note></FileRet>`,
          }
        : {
            name: `Receipt_${number}_${times}_${i + 1}`,
            xml:
              `<Receipt>${certNo}<Channel>1</Channel><RepType>${escape(step.rep)}</RepType><RepCode/>` +
              `<RepAddMsg>${note}</RepAddMsg><RspGenTime>${at}</RspGenTime></Receipt>`,
          };
    });
  }

  /** FileRet with the name of the file: it carries no time, so one that is sent again is told how often it came. */
  #attachmentAnswer({ number, orderNo: fileName }: ArrivedForm, times: number) {
    const { normal, unknown } = this.#data.attachment;
    const { ret, note } =
      this.#underWay.get(number) === undefined
        ? unknown
        : (this.#behaviour(fileName, times, 'attachment')?.attachment ?? normal);
    return {
      name: `Successed_File_${number}_${times}`,
      xml:
        `<FileRet><CertNo>${escape(number)}</CertNo><RetType>${escape(ret)}</RetType><Note>${escape(times > 1 ? `${note}（第 ${times} 次）` : note)}</Note>` +
        `<FileName>${escape(fileName)}</FileName><FileType/></FileRet>`,
    };
  }

  #answers(form: ArrivedForm, times: number, acceptedAt: Date) {
    const steps =
      this.#behaviour(form.orderNo, times, 'application')?.application ?? this.#data.application.normal;
    const dealNo = `226N${digits(form.number, 11)}`;
    const ledger = `${dealNo}001`;
    const relation = `I${digits(`relation ${form.number}`, 17)}`;
    if (steps.some((step) => step.ledger)) this.#ledgers.set(ledger, true);
    return steps.map((step, i) => ({
      name: `Receipt_${form.number}_${i + 1}`,
      // Our own number at first, 关检关联号 and 检验检疫编号 later, as its receipts do.
      xml:
        `<Ciqresult><CusCiqNo>${i === 0 ? escape(form.number) : relation}</CusCiqNo><EntDealNo>${step.number ? dealNo : ''}</EntDealNo>` +
        `<ClBlNo>${step.ledger ? ledger : ''}</ClBlNo><OperTime>${isoSecond(new Date(acceptedAt.getTime() + i * 1000)).replace('T', ' ')}</OperTime>` +
        `<RspCodes>${escape(step.code)}</RspCodes><RspInfo>${escape(step.info)}</RspInfo></Ciqresult>`,
    }));
  }
}

/** Answers after which an application for a certificate may be handed in again. */
const cameBack = (step: z.output<typeof certificateStep>): boolean =>
  'ret' in step ? ['2', '4'].includes(step.ret) : ['1', '3', '6'].includes(step.rep);

/** Answers to the form of this number, one after the other. */
const paced = (
  bodies: readonly { name: string; xml: string }[],
  number: string,
  paceMs: number,
): PlannedFile[] =>
  bodies.map(({ name, xml }, i) => ({
    id: `${number}-${i + 1}`,
    fileName: `${name}.xml`,
    dueAfterMs: i * paceMs,
    bytes: () => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${xml}`),
  }));

/** Forms are told by their numbers; a certificate or attachment that came back comes again under its number, in another message. */
export const identityOf = (form: ArrivedForm, copMsgId: string): string =>
  form.type === 'Certificate' || form.type === 'File'
    ? `${form.type} ${form.number} ${copMsgId}`
    : form.number;

/** A number made of a text: the same for the same. */
function digits(text: string, length: number): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return (BigInt(`0x${hash}`) % 10n ** BigInt(length)).toString().padStart(length, '0');
}

const isoSecond = (at: Date): string =>
  time14(at).replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6');

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
