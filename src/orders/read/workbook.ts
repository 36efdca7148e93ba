import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { ZipFile as Packer } from 'yazl';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { ReadLimits } from './draft.js';
import { sizeText } from './source.js';

/** The sheets that hold the orders, by name. */
const sheetNames = ['订单', 'Orders', 'orders'] as const;
/** Sheets looked into for orders. */
const maxSheets = 10;
/** A workbook with pictures has a hundred entries. */
const maxEntries = 2000;
/** Sheets pack ten to fifty times, equal rows a hundred times; nothing real packs more, once it is more than small. */
const maxRatio = 200;
const smallBytes = 8 * 2 ** 20;

const WORKBOOK = 'xl/workbook.xml';
const RELATIONSHIPS = 'xl/_rels/workbook.xml.rels';

/** Throws I10: the workbook cannot be opened. */
export const damaged = (reason: string): FaultError => new FaultError([makeFault('I10', '', { reason })]);

/** The same where a library gave up: what it says of bytes and offsets helps nobody who saved a workbook. */
export const unreadable = (): FaultError => damaged('文件不完整或已损坏 / it is incomplete or damaged');

/** What the reader of sheets needs of a workbook, and no more. */
export interface Workbook {
  /** The sheets that may hold the orders, in the order of the workbook: the one named 订单 or Orders, else all that are shown. */
  sheets: readonly string[];
  /** Unpacks one of them; `last` lets go of what the others would need. */
  open: (sheet: string, last: boolean) => Promise<OpenedSheet>;
}

export interface OpenedSheet {
  sheetXml: Buffer;
  /** The parts it needs, packed anew without compression: these bytes were counted, and only they are read. */
  packed: () => Readable;
}

/**
 * Opens an archive once, by its central directory, and unpacks only what the sheets need that are looked at, counting while
 * it unpacks. What is read afterwards is what was counted: entries the directory does not name do not exist for anybody.
 * Throws I08 (status 413) above `maxXlsxUnpacked`, I10 for what is damaged, has too many entries, names one twice, lies
 * about its size or content, or packs more than any sheet does.
 */
export async function openWorkbook(archive: Buffer, limits: ReadLimits): Promise<Workbook> {
  const zip = await opened(fromBufferPromise(archive, { lazyEntries: true, validateEntrySizes: true }));
  if (zip.entryCount > maxEntries)
    throw damaged(`压缩包内文件过多（${zip.entryCount}） / the archive holds ${zip.entryCount} files`);
  const entries = new Map<string, Entry>();
  await opened(
    (async () => {
      for await (const entry of zip.eachEntry()) {
        if (entries.has(entry.fileName)) throw damaged(`${entry.fileName}: 重复 / twice in the archive`);
        entries.set(entry.fileName, entry);
      }
    })(),
  );
  const budget = { left: limits.maxXlsxUnpacked, whole: limits.maxXlsxUnpacked };
  const parts = new Map<string, Buffer>();
  const take = async (name: string): Promise<Buffer | undefined> => {
    const entry = entries.get(name);
    const bytes = parts.get(name) ?? (entry && (await opened(unpack(zip, entry, budget))));
    if (bytes) parts.set(name, bytes);
    return bytes;
  };
  const text = async (name: string) => (await take(name))?.toString('utf8') ?? '';
  const relationships = relationshipsOf(await text(RELATIONSHIPS));
  const sheets = sheetsOf(await text(WORKBOOK), relationships);
  for (const { type, target } of relationships)
    if (/\/(sharedStrings|styles)$/.test(type)) await take(target);
  return {
    sheets: sheets.map(({ name }) => name),
    async open(sheet, last) {
      const part = sheets.find(({ name }) => name === sheet)?.part ?? '';
      const entry = entries.get(part);
      const sheetXml = parts.get(part) ?? (entry && (await opened(unpack(zip, entry, budget))));
      if (!sheetXml) throw damaged('找不到工作表 / the sheet is missing');
      const needed = new Map(parts).set(part, sheetXml);
      if (last) parts.clear();
      return { sheetXml, packed: () => pack(needed) };
    },
  };
}

/** Whatever an archive is refused for is told as I10. */
async function opened<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof FaultError) throw error;
    throw unreadable();
  }
}

async function unpack(zip: ZipFile, entry: Entry, budget: { left: number; whole: number }): Promise<Buffer> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, opening) => (error ? reject(error) : resolve(opening)));
  });
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop ends the unpacking.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    budget.left -= chunk.length;
    if (budget.left < 0) throw new FaultError([makeFault('I08', '', { limit: sizeText(budget.whole) })], 413);
    if (size > smallBytes && size > entry.compressedSize * maxRatio)
      throw damaged(
        `${entry.fileName}: 解压后超过原来的 ${maxRatio} 倍 / unpacks to more than ${maxRatio} times its size`,
      );
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks, size);
  if (crc32(bytes) !== entry.crc32) throw damaged(`${entry.fileName}: 校验和不符 / wrong checksum`);
  return bytes;
}

function pack(parts: Map<string, Buffer>): Readable {
  const packer = new Packer();
  for (const [name, bytes] of parts) packer.addBuffer(bytes, name, { compress: false });
  parts.clear();
  packer.end();
  return packer.outputStream as Readable;
}

interface Relationship {
  id: string;
  type: string;
  target: string;
}

const attribute = (tag: string, name: string): string =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';

function relationshipsOf(xml: string): Relationship[] {
  return [...xml.matchAll(/<(?:\w+:)?Relationship\s[^<>]*>/g)].map(([tag]) => {
    const target = attribute(tag, 'Target');
    return {
      id: attribute(tag, 'Id'),
      type: attribute(tag, 'Type'),
      target: target.startsWith('/') ? target.slice(1) : `xl/${target}`,
    };
  });
}

/** Name and part of the sheets that may hold the orders. Throws I10 when there is none. */
function sheetsOf(
  workbook: string,
  relationships: readonly Relationship[],
): { name: string; part: string }[] {
  const sheets = [...workbook.matchAll(/<(?:\w+:)?sheet\s[^<>]*>/g)].map(([tag]) => ({
    name: unescapeXml(attribute(tag, 'name')),
    part: relationships.find(({ id }) => id === attribute(tag, '\\w+:id'))?.target ?? '',
    hidden: /hidden$/i.test(attribute(tag, 'state')),
  }));
  if (sheets.length === 0) throw damaged('没有工作表 / no sheet');
  const named = sheetNames.flatMap((n) => sheets.filter((s) => s.name === n)).slice(0, 1);
  const shown = sheets.filter((s) => !s.hidden).slice(0, maxSheets);
  if (named.length > 0) return named;
  return shown.length > 0 ? shown : sheets.slice(0, 1);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const unescapeXml = (text: string): string =>
  text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
