import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { ZipFile as Packer } from 'yazl';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { ReadLimits } from './draft.js';
import { sizeText } from './source.js';

/** The sheets that may hold the orders, by name; else the first sheet. */
const sheetNames = ['订单', 'Orders', 'orders'] as const;
/** A workbook with pictures has a hundred entries. */
const maxEntries = 2000;
/** Sheets pack ten to fifty times, equal rows a hundred times; nothing real packs more, once it is more than small. */
const maxRatio = 200;
const smallBytes = 8 * 2 ** 20;

const WORKBOOK = 'xl/workbook.xml';
const RELATIONSHIPS = 'xl/_rels/workbook.xml.rels';

/** Throws I10: the workbook cannot be opened. */
export const damaged = (reason: string): FaultError => new FaultError([makeFault('I10', '', { reason })]);

/** What the reader of sheets needs of a workbook, and no more. */
export interface Workbook {
  /** Name of the sheet with the orders. */
  sheet: string;
  /** The XML of that sheet. */
  sheetXml: Buffer;
  /** The parts it needs, packed anew without compression: these bytes were counted, and only they are read. */
  packed: () => Readable;
}

/**
 * Opens an archive once, by its central directory, and unpacks only what the sheet with the orders needs, counting while it
 * unpacks. What is read afterwards is what was counted: entries the directory does not name do not exist for anybody.
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
  const { name, part } = chooseSheet(await text(WORKBOOK), relationships);
  for (const { type, target } of relationships)
    if (/\/(sharedStrings|styles)$/.test(type)) await take(target);
  const sheetXml = await take(part);
  if (!sheetXml) throw damaged('找不到工作表 / the sheet is missing');
  return { sheet: name, sheetXml, packed: () => pack(parts) };
}

/** Whatever an archive is refused for is told as I10. */
async function opened<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof FaultError) throw error;
    throw damaged(error instanceof Error ? error.message : String(error));
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

/** Name of the sheet with the orders, and the part of the archive that holds it. Throws I10 when there is none. */
function chooseSheet(
  workbook: string,
  relationships: readonly Relationship[],
): { name: string; part: string } {
  const sheets = [...workbook.matchAll(/<(?:\w+:)?sheet\s[^<>]*>/g)].map(([tag]) => ({
    name: attribute(tag, 'name'),
    id: attribute(tag, '\\w+:id'),
  }));
  const chosen = sheetNames.map((n) => sheets.find((s) => s.name === n)).find((s) => s) ?? sheets[0];
  if (!chosen) throw damaged('没有工作表 / no sheet');
  const part = relationships.find(({ id }) => id === chosen.id)?.target ?? '';
  return { name: unescapeXml(chosen.name), part };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const unescapeXml = (text: string): string =>
  text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
