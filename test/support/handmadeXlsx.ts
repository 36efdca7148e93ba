import { crc32, deflateRawSync } from 'node:zlib';

/** How an archive lies. */
interface Lies {
  /** The unpacked size it claims of every file. */
  declared?: number;
  /** Files with local headers that the directory does not name: a reader that follows local headers sees them. */
  hidden?: Record<string, Buffer>;
}

/** A ZIP archive with the given files, deflated, byte by byte, for archives that no library writes. */
export function zip(
  files: Record<string, Buffer> | readonly (readonly [string, Buffer])[],
  { declared, hidden = {} }: Lies = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const add = (name: string, content: Buffer, listed: boolean) => {
    const packed = deflateRawSync(content);
    const path = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(crc32(content), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(declared ?? content.length, 22);
    local.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc32(content), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(declared ?? content.length, 24);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, path, packed);
    if (listed) directory.push(entry, path);
    offset += 30 + path.length + packed.length;
  };
  const listed = Array.isArray(files)
    ? (files as readonly (readonly [string, Buffer])[])
    : Object.entries(files as Record<string, Buffer>);
  // Hidden ones first: whoever reads the archive from its beginning meets them before the others.
  for (const [name, content] of Object.entries(hidden)) add(name, content, false);
  for (const [name, content] of listed) add(name, content, true);
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(listed.length, 8);
  end.writeUInt16LE(listed.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, list, end]);
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The parts of a workbook with one sheet: its rows and whatever follows them, and the shared strings. */
export function workbookParts(rows: string, { after = '', strings = [] as readonly string[] } = {}) {
  const parts: Record<string, Buffer> = {
    '[Content_Types].xml': Buffer.from(
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    ),
    'xl/workbook.xml': Buffer.from(
      `<workbook xmlns:r="${OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': Buffer.from(
      `<Relationships><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    ),
    'xl/worksheets/sheet1.xml': Buffer.from(`<worksheet><sheetData>${rows}</sheetData>${after}</worksheet>`),
    'xl/sharedStrings.xml': Buffer.from(`<sst>${strings.map((s) => `<si><t>${s}</t></si>`).join('')}</sst>`),
  };
  return parts;
}

/** A workbook by hand, for cells that no library writes. */
export const workbook = (rows: string, options?: Parameters<typeof workbookParts>[1]): Buffer =>
  zip(workbookParts(rows, options));

/** A cell with a text of its own. */
export const text = (address: string, value: string): string =>
  `<c r="${address}" t="inlineStr"><is><t>${value}</t></is></c>`;
/** A cell that names a shared text. */
export const shared = (address: string, n: number): string => `<c r="${address}" t="s"><v>${n}</v></c>`;
