import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.js';
import { dataDirOf } from '../base/config.js';
import { FaultError } from '../base/fault.js';
import { lawPages, lawToConfirm } from '../checks/lawToConfirm.js';
import { makeFault } from '../base/faults.js';
import { projectRoot } from '../base/root.js';
import { advise, type RegimeAdvice } from '../checks/advise.js';
import type { MessageMapping } from '../messages/mapping.js';
import {
  messageReference,
  referenceMarkdown,
  referencePages,
  referenceTable,
  type Language,
} from '../orders/messageReference.js';
import { detectFormat, sniff } from '../orders/read/format.js';
import { readOrders } from '../orders/read/readOrders.js';
import { loadRulebook, type Rulebook } from '../rulebook.js';
import { action, printJson } from './print.js';

const formats = ['table', 'json', 'md'] as const;
type Format = (typeof formats)[number];

/** Commands that explain, without a database: fields, docs, advise. */
export function addReference(program: Command): void {
  program
    .command('fields <message>')
    .description('报文字段说明，例如 603 / field reference of a message, for example 603')
    .option('--lang <lang>', 'zh | en', 'zh')
    .option('--format <format>', formats.join(' | '), 'table')
    .action(action(fields));

  program
    .command('docs')
    .description(
      '由映射生成 docs/messages 和 docs/law-to-confirm / write docs/messages and docs/law-to-confirm from the mappings',
    )
    .option('--check', '只核对，过期则退出码 1 / only check; exit code 1 when stale')
    .option('--out <dir>', '输出文件夹 / output folder', join(projectRoot, 'docs', 'messages'))
    .action(action(docs));

  program
    .command('advise <file>')
    .description(
      '比较订单可用的监管方式，- 为标准输入 / compare the regimes open to each order; - is standard input',
    )
    .action(action(adviseFile));
}

const one = <T extends string>(option: string, value: string, allowed: readonly T[]): T => {
  const found = allowed.find((entry) => entry === value);
  if (!found) throw new FaultError([makeFault('A04', option, { reason: allowed.join(' | ') })]);
  return found;
};

async function fields(name: string, flags: { lang: string; format: string }): Promise<void> {
  const rulebook = loadRulebook(systemClock, dataDirOf(process.env));
  const language: Language = one('--lang', flags.lang, ['zh', 'en']);
  const format: Format = one('--format', flags.format, formats);
  const mapping = mappingOf(name, rulebook);
  const sources = { fields: rulebook.fields, codes: rulebook.catalogue.codes };
  if (format === 'json') return printJson(messageReference(mapping, sources));
  const text =
    format === 'md'
      ? referenceMarkdown(mapping, sources, language)
      : aligned(
          referenceTable(mapping, sources, language).map((row) =>
            row.map((cell) => cell.replaceAll('`', '')),
          ),
        );
  process.stdout.write(text);
}

/** `603`, `CEB603` and `CEB603Message` all name the message. */
function mappingOf(name: string, { catalogue }: Rulebook): MessageMapping {
  const digits = /^(?:CEB)?(\d{3})(?:Message)?$/i.exec(name)?.[1];
  const mapping = digits && catalogue.message(`CEB${digits}Message`);
  if (mapping) return mapping;
  const known = catalogue.messages().map((m) => m.message.slice(3, 6));
  throw new FaultError([
    makeFault('A03', '<message>', {
      thing: `报文 ${name}（可用：${known.join('、')}） / message ${name} (known: ${known.join(', ')})`,
    }),
  ]);
}

/** Chinese characters are twice as wide as Latin ones. */
const width = (text: string): number => [...text].reduce((n, c) => n + (c > '\u2e80' ? 2 : 1), 0);

/** Rows as columns of equal width for a terminal; the last column is as long as it is. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => width(row[at] ?? ''))));
  return rows
    .map((row) => {
      const cells = row.map((cell, at) =>
        at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - width(cell)),
      );
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

async function docs(flags: { check?: boolean; out: string }): Promise<void> {
  const rulebook = loadRulebook(systemClock, dataDirOf(process.env));
  const pages = referencePages(rulebook.catalogue.messages(), {
    fields: rulebook.fields,
    codes: rulebook.catalogue.codes,
  });
  const present = existsSync(flags.out) ? readdirSync(flags.out).filter((file) => file.endsWith('.md')) : [];
  const left = present.filter((file) => !pages.has(file));
  const stale = [...pages].filter(
    ([file, text]) => !present.includes(file) || readFileSync(join(flags.out, file), 'utf8') !== text,
  );
  const law = [...lawPages(lawToConfirm())].map(
    ([file, text]) => [join(flags.out, '..', file), text] as const,
  );
  const staleLaw = law.filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
  if (flags.check) {
    const wrong = [...stale.map(([file]) => file), ...left, ...staleLaw.map(([file]) => basename(file))];
    if (wrong.length > 0) {
      process.stderr.write(
        `docs 已过期，请运行 gateway docs / docs are stale, run gateway docs: ${wrong.join(', ')}\n`,
      );
      process.exitCode = 1;
    }
    return;
  }
  mkdirSync(flags.out, { recursive: true });
  for (const [file, text] of stale) writeFileSync(join(flags.out, file), text);
  for (const [file, text] of staleLaw) writeFileSync(file, text);
  for (const file of left) rmSync(join(flags.out, file));
  process.stderr.write(`${flags.out}: ${pages.size}\n`);
}

interface AdvisedOrder {
  index: number;
  orderNo: string | null;
  /** What could not be read; advice is given for what could. */
  faults: readonly unknown[];
  advice: RegimeAdvice[];
}

async function adviseFile(file: string): Promise<void> {
  const rulebook = loadRulebook(systemClock, dataDirOf(process.env));
  const { head, stream } = await sniff(file === '-' ? process.stdin : createReadStream(file));
  const detected = detectFormat(head, file === '-' ? undefined : file);
  if ('refused' in detected) throw new FaultError([detected.refused]);
  const out: AdvisedOrder[] = [];
  for await (const read of readOrders(stream, { ...rulebook.readOptions, format: detected.format }))
    out.push({
      index: read.index,
      orderNo: read.order?.orderNo ?? null,
      faults: read.faults,
      advice: read.order ? advise(read.order, rulebook) : [],
    });
  printJson(out);
}
