import { isAscii, isUtf8 } from 'node:buffer';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';

type Decoder = InstanceType<typeof TextDecoder>;

/** How far a reader is in the file it was given, in bytes as they came. */
export interface Progress {
  bytesRead: number;
}

/** `2 GB`, `64 MB`, `1 MB` or bytes, for the text of a fault. */
export const sizeText = (bytes: number): string => {
  for (const [unit, size] of [
    ['GB', 2 ** 30],
    ['MB', 2 ** 20],
    ['KB', 2 ** 10],
  ] as const)
    if (bytes >= size) return `${Math.round((bytes / size) * 10) / 10} ${unit}`;
  return `${bytes} B`;
};

/** The chunks of a stream as they come; throws I08 (status 413) once there are more than `maxBytes`. */
export async function* limited(
  stream: AsyncIterable<Buffer | string>,
  maxBytes: number,
  progress: Progress,
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    progress.bytesRead += bytes.length;
    if (progress.bytesRead > maxBytes)
      throw new FaultError([makeFault('I08', '', { limit: sizeText(maxBytes) })], 413);
    if (bytes.length > 0) yield bytes;
  }
}

/** Number of bytes at the end that belong to a character whose other bytes have not come yet. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

/** True when Chinese (or any three-byte character) was read well before the first damaged byte. */
function wasUtf8(bytes: Buffer): boolean {
  const text = new TextDecoder('utf-8').decode(bytes);
  const damage = text.indexOf('\ufffd');
  return /[\u0800-\ufffc]/.test(text.slice(0, damage));
}

/**
 * The file as valid UTF-8, whatever it was written in: UTF-8 with or without byte order mark, UTF-16 with one, or
 * GB18030 (of which GBK and GB2312 are parts), which Excel writes on a Chinese Windows. A file that has proved to be
 * UTF-8 and then is damaged keeps going, with U+FFFD in the damaged places. Throws I35 for UTF-16 without a mark.
 */
export async function* utf8Chunks(
  stream: AsyncIterable<Buffer | string>,
  maxBytes: number,
  progress: Progress,
): AsyncGenerator<Buffer> {
  let decoder: Decoder | undefined;
  let known = false;
  let held: Buffer = Buffer.alloc(0);
  let started = false;
  for await (const bytes of limited(stream, maxBytes, progress)) {
    let chunk = held.length > 0 ? Buffer.concat([held, bytes]) : bytes;
    held = Buffer.alloc(0);
    if (!started) {
      if (chunk.length < 3 && !(chunk.length === 2 && (chunk[0] ?? 0) >= 0xfe)) {
        held = chunk;
        continue;
      }
      started = true;
      decoder = decoderOfMark(chunk);
      if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) {
        chunk = chunk.subarray(3);
        known = true;
      } else if (!decoder && looksLikeUtf16(chunk)) {
        throw new FaultError([makeFault('I35', '')]);
      }
    }
    if (!decoder) {
      const cut = unfinished(chunk);
      const whole = chunk.subarray(0, chunk.length - cut);
      if (isUtf8(whole)) {
        held = chunk.subarray(chunk.length - cut);
        known ||= !isAscii(whole);
        if (whole.length > 0) yield whole;
        continue;
      }
      known ||= wasUtf8(whole);
      decoder = new TextDecoder(known ? 'utf-8' : 'gb18030');
    }
    const text = decoder.decode(chunk, { stream: true });
    if (text.length > 0) yield Buffer.from(text);
  }
  if (decoder) {
    const rest = decoder.decode();
    if (rest.length > 0) yield Buffer.from(rest);
  } else if (held.length > 0) {
    yield Buffer.from(new TextDecoder('utf-8').decode(held));
  }
}

function decoderOfMark(bytes: Buffer): Decoder | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be');
  return undefined;
}

/** Latin text in UTF-16 has a zero in every other byte; no text in any encoding we read has that many. */
export function looksLikeUtf16(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 1024);
  let zeros = 0;
  for (const byte of head) if (byte === 0) zeros++;
  return zeros > 4 && zeros > head.length * 0.1;
}
