import pdfmake from 'pdfmake';
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { facesOf, MAIN, partOf } from './fonts.js';
import type { Block, Paper, TableBlock } from './paper.js';

declare module 'pdfmake' {
  /** The writer's own files in memory; its types leave them out. */
  export const virtualfs: { writeFileSync(name: string, bytes: Buffer): void };
}

const LINE = '#b8c0c6';
const QUIET = '#55626b';
const HEAD = '#eef2f5';
const MARGIN = 40;
/** Characters of a heading that stands in one line. */
const SHORT_TITLE = 8;

/**
 * A paper as PDF on A4, with Chinese type embedded, page numbers and the foot on every page. The text can be read back
 * exactly. The same paper gives the same bytes.
 */
export async function pdfOf(paper: Paper): Promise<Buffer> {
  const definition: TDocumentDefinitions = {
    pageSize: 'A4',
    pageOrientation: paper.landscape ? 'landscape' : 'portrait',
    pageMargins: [MARGIN, MARGIN, MARGIN, 52],
    defaultStyle: { fontSize: 9, lineHeight: 1.25, font: fontOf(MAIN) },
    info: { title: paper.title, creationDate: paper.madeAt, modDate: paper.madeAt },
    ...(paper.mark ? { watermark: { text: paper.mark, opacity: 0.06, font: fontOf(MAIN), bold: true } } : {}),
    footer: (page, pages) => ({
      margin: [MARGIN, 14, MARGIN, 0],
      columns: [
        { ...runs(paper.foot), fontSize: 7, color: QUIET, width: '*' },
        {
          ...runs(`第 ${page} 页，共 ${pages} 页`),
          fontSize: 8,
          color: QUIET,
          width: 90,
          alignment: 'right',
        },
      ],
    }),
    content: [
      { ...runs(paper.title), fontSize: 15, bold: true, alignment: 'center', margin: [0, 0, 0, 4] },
      ...paper.under.map((line) => ({ ...runs(line), alignment: 'center' as const, color: QUIET })),
      { text: '', margin: [0, 0, 0, 6] },
      ...paper.blocks.map((block, i) => {
        const content = contentOf(block);
        return i === paper.blocks.length - 1 ? endOf(content) : content;
      }),
    ],
  };
  // Nothing is read from a disk or the network while a paper is made: the fonts are in memory.
  pdfmake.setLocalAccessPolicy(() => false);
  pdfmake.setUrlAccessPolicy(() => false);
  return pdfmake.createPdf(definition).getBuffer();
}

/** The last block: the space below it, where it is all that is left over, would make an empty page. */
function endOf(content: Content): Content {
  const { margin } = content as { margin?: readonly number[] };
  const [left = 0, top = 0, right = 0] = margin ?? [];
  return { ...(content as object), margin: [left, top, right, 0] } as Content;
}

function contentOf(block: Block): Content {
  switch (block.kind) {
    case 'heading':
      return {
        ...runs(block.text),
        fontSize: 11,
        bold: true,
        margin: [0, 10, 0, 4],
        ...(block.newPage ? { pageBreak: 'before' as const } : {}),
      };
    case 'text':
      return { ...runs(block.text), margin: [0, 0, 0, 3], ...(block.quiet ? { color: QUIET } : {}) };
    case 'facts':
      return {
        margin: [0, 2, 0, 4],
        layout: 'noBorders',
        table: {
          widths: ['auto', '*'],
          body: block.rows.map(([name, value]) => [{ ...runs(name), color: QUIET }, runs(value)]),
        },
      };
    case 'table':
      return tableOf(block);
    case 'grid':
      return gridOf(block);
    case 'seals':
      return {
        margin: [0, 16, 0, 0],
        unbreakable: true,
        columnGap: 12,
        columns: block.seals.map(({ office, signed }) => ({
          width: '*',
          table: {
            widths: ['*'],
            heights: [16, 84],
            body: [
              [{ ...runs(`${office}（盖章）`), fillColor: HEAD }],
              [{ ...runs(signed), fontSize: 8, color: QUIET }],
            ],
          },
          layout: lines,
        })),
      };
  }
}

/** Rows that stand together on every page under their head; a table of many columns is set smaller. */
function tableOf({ columns, rows }: TableBlock): Content {
  const size = columns.length > 9 ? 7 : columns.length > 6 ? 8 : 9;
  const wide = columns.some((c) => c.wide);
  return {
    margin: [0, 2, 0, 6],
    fontSize: size,
    layout: lines,
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: columns.map((c, at) => (c.wide || (!wide && at === 0) ? '*' : 'auto')),
      body: [
        columns.map((c): TableCell => ({
          ...runs(c.title),
          bold: true,
          fillColor: HEAD,
          alignment: c.align ?? 'left',
          // Never in the middle of a bracket.
          noWrap: c.title.length <= SHORT_TITLE,
        })),
        ...rows.map((row) =>
          columns.map((c, at): TableCell => ({
            ...runs(row.cells[at] ?? ''),
            alignment: c.align ?? 'left',
            ...(row.strong ? { bold: true } : {}),
            ...(at === 0 && row.level ? { margin: [row.level * 10, 0, 0, 0] as const } : {}),
          })),
        ),
      ],
    },
  } as Content;
}

/** Cells in rows; one that does not fit into its row begins the next, and what is left of a row stays empty. */
function gridOf({ parts, cells }: Extract<Block, { kind: 'grid' }>): Content {
  const rows: TableCell[][] = [];
  let left = 0;
  const fill = () => {
    const row = rows.at(-1);
    if (row && left > 0) row.push({ text: '', colSpan: left }, ...covered(left));
    left = 0;
  };
  for (const { label, value, span } of cells) {
    if (span > left) {
      fill();
      rows.push([]);
      left = parts;
    }
    rows.at(-1)?.push(
      {
        colSpan: span,
        stack: [
          { ...runs(label), fontSize: 6.5, color: QUIET },
          { ...runs(value === '' ? ' ' : value), fontSize: 8 },
        ],
      },
      ...covered(span),
    );
    left -= span;
  }
  fill();
  return {
    margin: [0, 2, 0, 4],
    layout: lines,
    table: { dontBreakRows: true, widths: Array.from({ length: parts }, () => '*'), body: rows },
  } as Content;
}

/** What a cell that spans others covers. */
const covered = (span: number): TableCell[] => Array.from({ length: span - 1 }, () => ({}));

const lines = {
  hLineWidth: () => 0.5,
  vLineWidth: () => 0.5,
  hLineColor: () => LINE,
  vLineColor: () => LINE,
  paddingLeft: () => 4,
  paddingRight: () => 4,
  paddingTop: () => 2,
  paddingBottom: () => 2,
};

/** What Chinese print sets where a character cannot be had. */
const MISSING = '〓';

/** Text in runs of one font each: what the main part of the typeface lacks comes from the part that has it. */
function runs(text: string): { text: string | { text: string; font: string }[] } {
  const pieces: { text: string; font: string }[] = [];
  for (const character of text) {
    const part = partOf(character);
    const font = fontOf(part ?? MAIN);
    const shown = part === undefined ? MISSING : character;
    const last = pieces.at(-1);
    if (last?.font === font) last.text += shown;
    else pieces.push({ text: shown, font });
  }
  const [only] = pieces;
  if (!only) return { text: '' };
  return { text: pieces.length === 1 && only.font === MAIN ? only.text : pieces };
}

const known = new Set<string>();

/** The name of the font of a part of the typeface, made known to the writer when first needed. */
function fontOf(part: string): string {
  if (!known.has(part)) {
    const { normal, bold } = facesOf(part);
    const files = { normal: `${part}-normal.ttf`, bold: `${part}-bold.ttf` };
    pdfmake.virtualfs.writeFileSync(files.normal, normal);
    pdfmake.virtualfs.writeFileSync(files.bold, bold);
    pdfmake.addFonts({ [part]: files });
    known.add(part);
  }
  return part;
}
