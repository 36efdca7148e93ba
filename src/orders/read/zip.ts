import { createInflateRaw } from 'node:zlib';

/** One file of a ZIP archive, by its central directory. */
export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflated. */
  method: number;
  packed: Buffer;
}

/** The archive is damaged or uses what an .xlsx never does (ZIP64, encryption, several volumes). */
export class ZipError extends Error {}

/** Lists the files of an archive. Throws ZipError. */
export function zipEntries(archive: Buffer): ZipEntry[] {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > archive.length) throw new ZipError('no central directory');
  const entries: ZipEntry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let n = archive.readUInt16LE(end + 10); n > 0; n--) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== 0x02014b50)
      throw new ZipError('broken directory');
    const nameLength = archive.readUInt16LE(at + 28);
    const size = archive.readUInt32LE(at + 20);
    const local = archive.readUInt32LE(at + 42);
    if (local + 30 > archive.length || archive.readUInt32LE(local) !== 0x04034b50)
      throw new ZipError('broken entry');
    const data = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    if (data + size > archive.length) throw new ZipError('entry cut off');
    entries.push({
      name: archive.toString('utf8', at + 46, at + 46 + nameLength),
      method: archive.readUInt16LE(at + 10),
      packed: archive.subarray(data, data + size),
    });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

/** The content of an entry, piece by piece, so that nothing has to be held. Throws ZipError for damaged data. */
export async function* unzipped(entry: ZipEntry): AsyncGenerator<Buffer> {
  if (entry.method === 0) {
    yield entry.packed;
    return;
  }
  if (entry.method !== 8) throw new ZipError(`packing method ${entry.method}`);
  const inflate = createInflateRaw();
  inflate.end(entry.packed);
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
  } catch (error) {
    throw new ZipError(error instanceof Error ? error.message : String(error));
  }
}
