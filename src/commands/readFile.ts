import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.js';
import { dataDirOf } from '../base/config.js';
import { readReceipts } from '../messages/reader.js';
import { loadRulebook } from '../rulebook.js';
import { action, printJson } from './print.js';

/** `gateway read`: any message, form or receipt of any family as JSON. */
export function addRead(program: Command): void {
  program
    .command('read <file>')
    .description(
      '读取任意报文、报关单、检验检疫申请或回执（含 DxpMsg 封装）为 JSON / read any message, form or receipt as JSON',
    )
    .action(action(async (file: string) => read(file)));
}

function read(file: string): void {
  const { families, statuses } = loadRulebook(systemClock, dataDirOf(process.env));
  const { family, reading } = families.read(readFileSync(file));
  const { messageType, form, answers, message } = reading;
  if (message) {
    const { bytes: _bytes, ...shown } = message;
    const receipts = readReceipts(message);
    return printJson(receipts.length > 0 ? { ...shown, receipts } : shown);
  }
  if (form) return printJson({ family: family.name, ...form });
  const meanings = statuses.ofFamily(family.name);
  printJson({
    family: family.name,
    messageType,
    answers: answers.map((answer) => {
      const { text, verdict, track } = meanings.meaning(answer.returnStatus);
      return { ...answer, meaning: text, verdict, track };
    }),
  });
}
