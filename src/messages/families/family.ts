import type { Fault } from '../../base/fault.js';
import type { Text } from '../../terms/text.js';
import type { Verdict } from '../../terms/verdict.js';
import type { UnsignedMessage } from '../compile.js';
import type { OpenedFile } from '../opened.js';
import type { ReadForm } from '../forms/readForm.js';
import type { ReadMessage } from '../reader.js';
import type { DocumentInput, Envelope } from '../values.js';
import type { StatusTable } from './statusTable.js';

/**
 * What a message family says of itself (CEB; goods declaration, inspection application, certificate of origin). The
 * rooms that carry a document from ready to answered know nothing else of it: adding a family adds data, one object of
 * this shape and its transport (docs/decisions/0015-message-families.md).
 */
export interface Family {
  /** Short and stable, for example `ceb`; transports are chosen by it. */
  readonly name: string;
  readonly title: Text;
  /** What its receipts mean, with its own ranks and tracks. */
  readonly statuses: StatusTable;
  /**
   * A message it sends, by type, as an edition of its specification has it (in force when none is named; families of one
   * edition pass it over); undefined when it has none such.
   */
  message(type: string, edition?: string): FamilyMessage | undefined;
  /** Every message it sends, those of editions to come included; each type once. */
  messages(): readonly FamilyMessage[];
  /** True when a file with this root, outside any wrapper, is one of its messages or receipts. */
  recognises(root: RootName): boolean;
  /**
   * Reads a file this family recognises, whatever the gateway makes of it later.
   *
   * @throws FaultError with every reason why it cannot be read
   */
  read(file: OpenedFile): FamilyReading;
}

export interface RootName {
  /** Local name, without prefix. */
  name: string;
  namespace: string;
}

/** How a message leaves: in a wrapper of the data exchange platform, as one file, as a zip with attachments, or bare. */
export type EnvelopeForm = 'dxp' | 'file' | 'zip' | 'none';

/** From when on a document counts as taken in, so that what refers to it may follow: these statuses or these verdicts. */
export interface Acceptance {
  statuses?: readonly string[];
  verdicts?: readonly Verdict[];
}

/** One message of a family that the gateway sends. */
export interface FamilyMessage {
  /** The type documents carry, unique among all families, for example `CEB603Message` or `DecMessage`. */
  readonly type: string;
  readonly title: Text;
  readonly flow: 'export' | 'import' | 'any';
  /** Documents one message may hold. */
  readonly limit: number;
  readonly envelope: EnvelopeForm;
  readonly acceptance: Acceptance;
  /** It is the declaration itself (清单、报关单): its state is that of the whole. */
  readonly declares: boolean;
  /** It is an application for inspection: goods are not released while it is not accepted. */
  readonly inspects?: boolean;
  readonly seal: Seal;
  /** Kinds of numbers, given to it or to other documents of the same declaration, that it is written from. */
  readonly writesNumbers?: readonly string[];
  /** Files that people lay beside the declaration leave with it, and it names them. */
  readonly attaches?: boolean;
  /** Its document is one file that people brought: the message holds its bytes. */
  readonly carries?: boolean;
  /** False while people still have to fill something in before it can leave; always complete when left out. */
  isComplete?(input: FamilyDocument): boolean;
  /** Every field fault of one document at once, with paths of its data. `regime` is the 监管方式 it is declared under. */
  check(input: FamilyDocument, regime: string): Fault[];
}

/** A file that goes with a document (随附单据), as its message names it. */
export interface FormAttachment {
  /** 随附单据类别代码. */
  kind: string;
  name: string;
  fileName: string;
  /** Bytes. */
  size: number;
}

/** What one document is written from; `numbers` are those it was given so far, by kind. */
export interface FamilyDocument extends DocumentInput {
  numbers?: Readonly<Record<string, string>>;
  attachments?: readonly FormAttachment[];
  /** The bytes of the file it carries. */
  content?: Buffer;
}

/** A key as far as a family needs it that puts a signature of its own kind into the message. */
export interface SealingKey {
  /** DER certificate in Base64. */
  readonly certificate: string;
  readonly keyName: string;
  sign(data: Buffer): Promise<Buffer>;
}

/**
 * How the exact bytes come about. `enveloped`: an XML signature of the gateway, which its own gate verifies. `other`: the
 * family signs in its own way with the key it is given. `none`: nothing is signed (a draft, which a person signs at the
 * counterpart). The last two say by `prove` whether the finished bytes may leave, on a path that did not write them.
 */
export type Seal =
  | {
      signature: 'enveloped';
      write(documents: readonly FamilyDocument[], envelope: Envelope): UnsignedMessage;
    }
  | {
      signature: 'other';
      write(documents: readonly FamilyDocument[], envelope: Envelope, key: SealingKey): Promise<Buffer>;
      prove(bytes: Buffer): Fault[];
    }
  | {
      signature: 'none';
      write(documents: readonly FamilyDocument[], envelope: Envelope): Buffer;
      prove(bytes: Buffer): Fault[];
    };

/** A number that names a document: its own, or one that a counterpart gave it (统一编号、海关编号、检验检疫编号 …). */
export interface DocumentNumber {
  kind: string;
  value: string;
}

/** What one receipt says of one document. Texts are as received; times are UTC. */
export interface Answer {
  /** The receipt's own type. */
  messageType: string;
  /** The type of message it answers; empty when only its numbers tell. */
  receiptOf: string;
  /** Values of the key fields of the answered message, in their order; empty when its numbers name the document. */
  key: readonly string[];
  /** Set when it answers a whole message: the guid of that. */
  messageGuid?: string;
  /** The guid it carries: its own, or that of the document it answers; empty for none. */
  guid: string;
  /** Numbers it may be found by when it has no key, the most telling first; any of them will do. */
  numbers?: readonly DocumentNumber[];
  /** Numbers the document has from now on; later receipts may name it by them. */
  gives?: readonly DocumentNumber[];
  returnStatus: string;
  returnTime: Date | undefined;
  returnTimeText: string;
  info: string;
  infoCode: string | undefined;
  preNo: string | undefined;
  invtNo: string | undefined;
  /** The number customs gave a filing itself (sumNo, rkdNo). */
  givenNo: string | undefined;
}

/** A file as its family reads it: answers, or (none of them) something sent unasked. */
export interface FamilyReading {
  messageType: string;
  answers: readonly Answer[];
  /** The message itself, where the family keeps it for what is no answer. */
  message?: ReadMessage;
  /** A form of our own kind (报关单、检验检疫申请) as it was read. */
  form?: ReadForm;
}
