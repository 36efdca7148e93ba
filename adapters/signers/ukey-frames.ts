/**
 * Long texts travel over the u-key's socket in blocks, each behind a head of 128 characters:
 * `BLOCKTXT`, CRC of the whole text (4), CRC of the block (4), length of the whole (16), length of the block (8),
 * number of blocks (4), guid (36), number of the block from 1 (4), 44 zeros.
 *
 * Source: the official JS library of the 客户端控件 (1.3.1). No captured frame was seen, so the writing of numbers
 * (CRC in upper-case hex, lengths and counts in decimal, all with leading zeros) is read from the library alone.
 */
const MARK = 'BLOCKTXT';
const HEAD = 128;
/** Texts up to this many characters go as they are. */
export const PLAIN_LIMIT = 120 * 1024;
const BLOCK_LIMIT = 100 * 1024;
/** What one text may have at the most; the service never says anything longer. */
const TOTAL_LIMIT = 16 * 1024 * 1024;

/** CRC-16 (Modbus) over the low byte of every character, as the library counts it. */
export function textCrc(text: string): number {
  let crc = 0xffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

const hex4 = (n: number) => n.toString(16).toUpperCase().padStart(4, '0');
const digits = (n: number, width: number) => String(n).padStart(width, '0');

/** Cuts a long text into frames; a short one is its own only frame, without a head. */
export function framesOf(text: string, guid: string): string[] {
  if (text.length <= PLAIN_LIMIT) return [text];
  const total = hex4(textCrc(text));
  const count = Math.ceil(text.length / BLOCK_LIMIT);
  return Array.from({ length: count }, (_, n) => {
    const block = text.slice(n * BLOCK_LIMIT, (n + 1) * BLOCK_LIMIT);
    const head =
      MARK +
      total +
      hex4(textCrc(block)) +
      digits(text.length, 16) +
      digits(block.length, 8) +
      digits(count, 4) +
      guid.padEnd(36).slice(0, 36) +
      digits(n + 1, 4);
    return head.padEnd(HEAD, '0') + block;
  });
}

/** One block as it came. */
export interface Frame {
  guid: string;
  /** From 1. */
  number: number;
  count: number;
  length: number;
  crc: string;
  block: string;
}

/** Reads a frame; undefined for a text that is none. Throws RangeError for a frame whose length or CRC is wrong. */
export function readFrame(text: string): Frame | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const parts = /^BLOCKTXT([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})(\d{16})(\d{8})(\d{4})(.{36})(\d{4})/.exec(
    text.slice(0, HEAD),
  );
  if (!parts || text.length < HEAD) throw new RangeError('a block without a readable head');
  const [, crc = '', blockCrc = '', length, blockLength, count, guid = '', number] = parts;
  const block = text.slice(HEAD);
  if (Number(length) > TOTAL_LIMIT) throw new RangeError('a text longer than 16 MB');
  if (block.length !== Number(blockLength) || hex4(textCrc(block)) !== blockCrc.toUpperCase())
    throw new RangeError('a block that was changed on its way');
  return {
    guid: guid.trim(),
    number: Number(number),
    count: Number(count),
    length: Number(length),
    crc: crc.toUpperCase(),
    block,
  };
}

/** Puts the blocks of one text together in the order they are asked for. */
export class Assembly {
  private text = '';
  private next = 1;

  /** Takes the next block; gives the whole text with the last one. Throws RangeError when it does not fit. */
  take(frame: Frame): string | undefined {
    if (frame.number !== this.next)
      throw new RangeError(`block ${this.next} was expected, not ${frame.number}`);
    this.text += frame.block;
    this.next++;
    if (frame.number < frame.count) return undefined;
    if (this.text.length !== frame.length || hex4(textCrc(this.text)) !== frame.crc)
      throw new RangeError('a text that was changed on its way');
    return this.text;
  }
}
