import type { Catalogue } from '../catalogue.js';
import type { CompiledMessage, MessageEditions } from '../compile.js';
import { isCebRoot, readOpened } from '../reader.js';
import { cebAnswers } from './cebReceipts.js';
import type { Acceptance, Family, FamilyMessage } from './family.js';

export interface CebParts {
  catalogue: Catalogue;
  /** Every message we send, compiled, in all editions. */
  messages: MessageEditions;
  /** The field in which receipts of a filing carry the number customs gave it (sumNo, rkdNo). */
  givenField(messageType: string): string | undefined;
}

/** 跨境电商 (CEB): the messages of the cross-border platform, XML with an enveloped signature, in wrappers of the DXP. */
export function cebFamily({ catalogue, messages, givenField }: CebParts): Family {
  const own = new Map(
    messages
      .all()
      .map((compiled) => [
        compiled,
        messageOf(compiled, acceptanceOf(catalogue, compiled.mapping.acceptedAt)),
      ]),
  );
  return {
    name: 'ceb',
    title: { zh: '跨境电商统一版', en: 'Cross-border e-commerce (CEB)' },
    statuses: catalogue.statuses,
    message(type, edition) {
      const compiled = messages.get(type, edition);
      return compiled && own.get(compiled);
    },
    messages: () => [
      ...new Map([...own.values()].reverse().map((message) => [message.type, message])).values(),
    ],
    recognises: ({ name }) => isCebRoot(name),
    read(file) {
      const message = readOpened(file, catalogue);
      return {
        messageType: message.messageType,
        answers: cebAnswers(message, catalogue, givenField),
        message,
      };
    },
  };
}

function messageOf(compiled: CompiledMessage, acceptance: Acceptance): FamilyMessage {
  const { mapping, limit } = compiled;
  return {
    type: mapping.message,
    title: mapping.title,
    flow: mapping.flow,
    limit,
    envelope: 'dxp',
    acceptance,
    declares: mapping.document === 'list',
    seal: { signature: 'enveloped', write: (documents, envelope) => compiled.write(documents, envelope) },
    check: (input, regime) => compiled.check(input, regime),
  };
}

/**
 * A mapping names the status from which its document is taken in. Where that is the taking in itself (海关入库), whatever
 * customs says after it proves it as well; a later status (approved, released) counts only by itself.
 */
function acceptanceOf(catalogue: Catalogue, status: string | undefined): Acceptance {
  if (status === undefined) return {};
  return catalogue.statuses.meaning(status).verdict === 'accepted'
    ? {
        statuses: [status],
        verdicts: ['accepted', 'review', 'inspection', 'reviewed', 'released', 'cleared'],
      }
    : { statuses: [status] };
}
