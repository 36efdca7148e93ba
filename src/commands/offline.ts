import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { registerCard } from '../../adapters/signers/ukey.js';
import { CardService, localService } from '../../adapters/signers/ukey-service.js';
import { encryptKeys } from '../../adapters/signers/encrypt.js';
import { openKeyFile } from '../../adapters/signers/key-file.js';
import { systemClock } from '../base/clock.js';
import { dataDirOf, readConfig } from '../base/config.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newGuid } from '../base/ids.js';
import { newCopNo } from '../declarations/plan.js';
import { Journey } from '../journey.js';
import { CERTIFICATE } from '../messages/families/coo.js';
import { checkStructure } from '../messages/structure.js';
import type { Order } from '../orders/order.js';
import { makeCsvTemplate, makeTemplate } from '../orders/template.js';
import { loadRulebook, type Rulebook } from '../rulebook.js';
import { makeTestKeys } from '../signing/makeKeys.js';
import { signingProfiles } from '../signing/profiles.js';
import { verifyMessage } from '../signing/verify.js';
import type { Signer } from '../signing/signer.js';
import { certificateOf, readCertificates, writeCertificates } from './buildCertificates.js';
import { readAttachments, writeAttachments } from './buildAttachments.js';
import { writeForms, type WrittenForm } from './buildForms.js';
import { partyOf, readFilings, writeFilings, type FilingFile } from './buildFilings.js';
import { action, printJson } from './print.js';
import { readAndCheck } from './readAndCheck.js';
import { addRead } from './readFile.js';

interface BuildFlags {
  out: string;
  key?: string;
  cert?: string;
  passphrase?: string;
  message?: string[];
  batch: string;
  profile: string;
  dxpId: string;
  copCode?: string;
  copName?: string;
}

/** Commands that need no database: build, verify, read, template, keys. */
export function addOffline(program: Command): void {
  program
    .command('build <file>')
    .description(
      '检查订单、后续单证（examples/filings）或原产地证书申请（examples/certificates）并生成（签名）报文，离线 / check orders, filings or applications for certificates of origin and build (signed) messages, offline',
    )
    .requiredOption('--out <dir>', '输出文件夹 / output folder')
    .option('--key <file>', '私钥 PEM 或 .p12 / private key PEM or .p12')
    .option('--cert <file>', '证书 PEM / certificate PEM')
    .option('--passphrase <text>', '.p12 口令 / passphrase of the .p12')
    .option('--message <types...>', '只生成这些报文 / only these messages, for example CEB603')
    .option('--batch <n>', '每个报文的单证数 / documents a message', '100')
    .option('--profile <id>', '签名方案 / signature profile', 'official-202205')
    .option('--dxp-id <id>', '传输编号 / DXP id', 'DXPENT0000000001')
    .option('--cop-code <code>', '传输企业代码，默认取首个申报企业 / transfer enterprise code')
    .option('--cop-name <name>', '传输企业名称 / transfer enterprise name')
    .action(action(build));

  program
    .command('verify <file>')
    .description('验证报文的签名和结构 / verify signature and structure of a message')
    .option('--cert <file>', '应由此证书签名 / the certificate it should be signed with')
    .action(
      action(async (file: string, flags: { cert?: string }) => {
        const bytes = readFileSync(file);
        const signature = await verifyMessage(
          bytes,
          flags.cert ? { certificate: readFileSync(flags.cert, 'utf8') } : {},
        );
        const structure = await checkStructure(
          bytes,
          loadRulebook(systemClock, dataDirOf(process.env)).catalogue,
        );
        printJson({ file: basename(file), ok: signature.ok && structure.ok, signature, structure });
        if (!signature.ok || !structure.ok) process.exitCode = 1;
      }),
    );

  addRead(program);

  program
    .command('template <regime>')
    .description('生成导入模板（.xlsx 或 .csv）/ write the import template')
    .option('--out <file>', '输出文件 / output file')
    .action(
      action(async (code: string, flags: { out?: string }) => {
        const rulebook = loadRulebook(systemClock, dataDirOf(process.env));
        const regime = rulebook.regimes.get(code);
        if (!regime)
          throw new FaultError([
            makeFault('A03', 'regime', {
              thing: `监管方式 ${code}（可用：${rulebook.regimes.names().join('、')}） / regime ${code} (known: ${rulebook.regimes.names().join(', ')})`,
            }),
          ]);
        const sources = {
          fields: rulebook.fields,
          messages: rulebook.catalogue,
          codes: rulebook.catalogue.codes,
        };
        const out = flags.out ?? `template-${code}.xlsx`;
        writeFileSync(
          out,
          out.endsWith('.csv') ? makeCsvTemplate(regime, sources) : await makeTemplate(regime, sources),
        );
        process.stderr.write(`${out}\n`);
      }),
    );

  const keys = program.command('keys').description('密钥 / keys');
  keys
    .command('new')
    .description('生成测试密钥和自签证书（明确标注仅供测试）/ make a test key and self-signed certificate')
    .requiredOption('--suite <suite>', 'sm2 或 rsa / sm2 or rsa')
    .requiredOption('--out <dir>', '输出文件夹 / output folder')
    .option(
      '--subject <name>',
      '证书名称，例如企业代码 / common name, for example the enterprise code',
      '测试企业',
    )
    .action(
      action(async (flags: { suite: string; out: string; subject: string }) => {
        if (flags.suite !== 'sm2' && flags.suite !== 'rsa')
          throw new FaultError([makeFault('A04', '--suite', { reason: 'sm2 | rsa' })]);
        const made = makeTestKeys({
          suite: flags.suite === 'sm2' ? 'sm2-sm3' : 'rsa-sha1',
          subject: flags.subject,
          out: flags.out,
          now: new Date(),
        });
        printJson({ key: made.keyPath, cert: made.certPath, keyName: made.serial, test: true });
      }),
    );
  keys
    .command('encrypt [dir]')
    .description(
      '用 GATEWAY_KEYS_PASSPHRASE_FILE 的口令加密文件夹中的全部 key.pem / encrypt every key.pem of a folder (default: the keys folder) with the passphrase of GATEWAY_KEYS_PASSPHRASE_FILE',
    )
    .action(
      action(async (dir: string | undefined) => {
        const config = readConfig({ ...process.env, GATEWAY_TRANSPORT: 'none' });
        if (config.keysPassphrase === undefined)
          throw new FaultError([makeFault('S72', 'GATEWAY_KEYS_PASSPHRASE_FILE')]);
        const folder = dir ?? config.keysDir;
        if (!existsSync(folder)) throw new FaultError([makeFault('S37', 'DIR', { file: folder })]);
        const keys = encryptKeys(folder, config.keysPassphrase);
        printJson({ dir: folder, keys });
        if (keys.some((key) => key.outcome === 'unopened')) process.exitCode = 1;
      }),
    );
  keys
    .command('card')
    .description(
      '登记 UKey：读出卡的证书，写好密钥文件夹 / register a u-key: reads its certificate, writes the key folder',
    )
    .requiredOption(
      '--out <dir>',
      '密钥文件夹，例如 data/keys/<企业代码> / key folder, for example data/keys/<code>',
    )
    .option('--url <url>', '签名控件服务地址 / address of the signing service', localService)
    .action(
      action(async (flags: { out: string; url: string }) => {
        const service = new CardService({ url: flags.url, timeoutMs: 10_000 });
        try {
          const { serial, subject, notAfter, suite } = await registerCard(service, flags.url, flags.out);
          printJson({ keyName: serial, subject, suite, notAfter: notAfter.toISOString() });
          process.stderr.write(
            `请将 PIN 写入 ${flags.out}/key.pass（权限 600）/ put the PIN into ${flags.out}/key.pass (mode 600)\n`,
          );
        } finally {
          await service.close();
        }
      }),
    );
}

async function build(file: string, flags: BuildFlags): Promise<void> {
  const rulebook = loadRulebook(systemClock, dataDirOf(process.env));
  const signer = flags.key
    ? openKeyFile({
        key: flags.key,
        ...(flags.cert ? { cert: flags.cert } : {}),
        ...(flags.passphrase ? { passphrase: flags.passphrase } : {}),
      })
    : undefined;
  const filings = readFilings(file);
  if (filings) return buildFilings(filings, rulebook, flags, signer);
  const certificates = readCertificates(file);
  if (certificates)
    return buildOwn('certificates', certificates.length, rulebook, flags, (journey) =>
      writeCertificates(journey, certificates, flags.out),
    );
  const attachments = readAttachments(file);
  if (attachments)
    return buildOwn('attachments', attachments.length, rulebook, flags, (journey) =>
      writeAttachments(journey, attachments, file, flags.out),
    );
  const { good, faulty, doubtful } = await readAndCheck(
    file,
    rulebook,
    journeyFor(rulebook, { profile: 'official-202205', dxpId: '' }, { code: '', name: '' }),
  );
  mkdirSync(flags.out, { recursive: true });
  const first = good[0]?.declarant;
  const journey = journeyFor(rulebook, flags, {
    code: flags.copCode ?? first?.code ?? '',
    name: flags.copName ?? first?.name ?? '',
  });
  const { files, notYet } = await writeMessages(journey, rulebook, good, flags, signer);
  if (flags.message?.includes(CERTIFICATE)) {
    const made = writeCertificates(journey, good.map(certificateOf), flags.out);
    files.push(...made.written);
    notYet.push(
      ...made.faulty.map(({ index, ...rest }) => ({ ...rest, orderNo: good[index]?.orderNo ?? null })),
    );
  }
  printJson({
    orders: good.length + faulty.length,
    built: good.length,
    faulty: faulty.length,
    withNotices: doubtful.length,
    signed: Boolean(signer),
    files,
  });
  const found = [...faulty, ...notYet, ...doubtful];
  if (found.length > 0) process.stderr.write(`${JSON.stringify(found, null, 2)}\n`);
  if (faulty.length + notYet.length > 0) process.exitCode = 1;
}

async function buildFilings(
  filings: readonly FilingFile[],
  rulebook: Rulebook,
  flags: BuildFlags,
  signer: Signer | undefined,
): Promise<void> {
  const [first] = filings;
  const journey = journeyFor(rulebook, flags, { code: '', name: '' });
  const party = first && partyOf(journey.filingContext(), first);
  const sender = journeyFor(rulebook, flags, {
    code: flags.copCode ?? party?.code ?? '',
    name: flags.copName ?? party?.name ?? '',
  });
  mkdirSync(flags.out, { recursive: true });
  const { written, faulty } = await writeFilings(sender, filings, flags.out, signer);
  printJson({
    filings: filings.length,
    built: filings.length - faulty.length,
    faulty: faulty.length,
    signed: Boolean(signer),
    files: written,
  });
  if (faulty.length > 0) {
    process.stderr.write(`${JSON.stringify(faulty, null, 2)}\n`);
    process.exitCode = 1;
  }
}

/** Messages with data of their own that leave unsigned: certificates of origin and their attachments. */
function buildOwn(
  name: 'certificates' | 'attachments',
  count: number,
  rulebook: Rulebook,
  flags: BuildFlags,
  write: (journey: Journey) => { written: WrittenForm[]; faulty: readonly object[] },
): void {
  mkdirSync(flags.out, { recursive: true });
  const { written, faulty } = write(journeyFor(rulebook, flags, { code: '', name: '' }));
  printJson({ [name]: count, built: written.length, faulty: faulty.length, signed: false, files: written });
  if (faulty.length > 0) {
    process.stderr.write(`${JSON.stringify(faulty, null, 2)}\n`);
    process.exitCode = 1;
  }
}

function journeyFor(
  rulebook: Rulebook,
  flags: { profile: string; dxpId: string },
  cop: { code: string; name: string },
): Journey {
  return new Journey({
    ...rulebook,
    clock: systemClock,
    signers: { find: () => undefined },
    profile: signingProfiles().named(flags.profile),
    transfer: { copCode: cop.code, copName: cop.name, dxpMode: 'DXP', dxpId: flags.dxpId },
    batch: 100,
  });
}

/** One file per message, named `<message type>_<guid>.xml`; unsigned when no key was given. */
async function writeMessages(
  journey: Journey,
  rulebook: Rulebook,
  orders: readonly Order[],
  flags: BuildFlags,
  signer: Signer | undefined,
): Promise<{ files: WrittenForm[]; notYet: ReturnType<typeof writeForms>['faulty'] }> {
  const batch = Number(flags.batch);
  if (!Number.isInteger(batch) || batch < 1 || batch > 100)
    throw new FaultError([makeFault('A04', '--batch', { reason: '1–100' })]);
  const wanted = flags.message?.map((m) => (/^CEB\d{3}$/.test(m) ? `${m}Message` : m));
  const unknown = wanted?.filter((m) => !rulebook.messages.has(m)) ?? [];
  if (unknown.length > 0)
    throw new FaultError(
      unknown.map((m) =>
        makeFault('A03', '--message', { thing: `${m}（${[...rulebook.messages.keys()].join(', ')}）` }),
      ),
    );
  const now = systemClock.now();
  const prepared = orders.map((order) => ({ order, copNo: order.list.copNo ?? newCopNo(now) }));
  const types = new Set(orders.flatMap((o) => journey.documentsOf(o).map((d) => d.mapping.message)));
  const written: WrittenForm[] = [];
  const notYet: ReturnType<typeof writeForms>['faulty'] = [];
  for (const messageType of types) {
    if (wanted && !wanted.includes(messageType)) continue;
    const mine = prepared.filter(({ order }) =>
      journey.documentsOf(order).some((d) => d.mapping.message === messageType),
    );
    if (journey.planOfMessage(messageType).isComplete) {
      const forms = writeForms(
        journey,
        messageType,
        mine.map(({ order }) => order),
        flags.out,
      );
      written.push(...forms.written);
      notYet.push(...forms.faulty);
      continue;
    }
    for (let i = 0; i < mine.length; i += batch) {
      const documents = mine.slice(i, i + batch);
      const guid = newGuid();
      const unsigned = journey.build(
        messageType,
        guid,
        documents.map(({ order, copNo }) => ({
          guid: newGuid(),
          appType: '1',
          copNo,
          preNo: null,
          invtNo: null,
          order,
        })),
        now,
      );
      const bytes = signer
        ? await journey.signAndVerify(unsigned, signer)
        : Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${unsigned.head}${unsigned.tail}`);
      const name = `${messageType}_${guid}.xml`;
      writeFileSync(join(flags.out, name), bytes);
      written.push({ file: name, messageType, documents: documents.length });
    }
  }
  return { files: written, notYet };
}
