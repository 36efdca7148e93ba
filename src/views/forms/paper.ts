import type { z } from 'zod';
import { shanghaiText } from '../../base/clock.js';
import { GRID } from '../../messages/forms/layout.js';
import type { Block, Paper } from '../../prints/paper.js';
import type { formFieldSchema, goodsFormSchema } from './shapes.js';

type Form = z.output<typeof goodsFormSchema>;
type Field = z.output<typeof formFieldSchema>;

/** A value as it is printed: with the name of its code. */
const valueOf = ({ value, text }: Field): string => (text === null ? value : `${text.zh}（${value}）`);
const joined = (fields: readonly Field[]): string =>
  fields
    .filter(({ value }) => value !== '')
    .map(valueOf)
    .join('　');

/** A goods declaration or inspection application as its printed form; `madeAt` is when it was asked for. */
export function formPaper(form: Form, orderNo: string, madeAt: Date): Paper {
  const numbers = form.numbers.map(({ label, value }) => `${label.zh}：${value ?? ''}`);
  return {
    title: form.title.zh,
    under: [numbers.join('　　')],
    // Only customs makes a declaration of it.
    ...(form.numbers.some(({ value }) => value !== null) ? {} : { mark: '草稿' }),
    landscape: true,
    madeAt,
    foot: `${form.title.zh} · 订单 ${orderNo} · 网关打印于 ${shanghaiText(madeAt)}，非海关签发`,
    blocks: [
      ...form.sections.filter(({ print }) => print).flatMap(blocksOf),
      { kind: 'text', text: form.statement.zh },
      {
        kind: 'grid',
        parts: form.seals.length,
        cells: form.seals.map(({ zh }) => ({ label: `${zh}（签章）`, span: 1, value: '\n\n' })),
      },
    ],
  };
}

function blocksOf({ title, cells, list }: Form['sections'][number]): Block[] {
  if (list) {
    if (list.entries.length === 0) return [];
    return [
      // Of a table as wide as that of the goods its columns say enough.
      ...(list.columns.length < 5 ? [{ kind: 'heading', text: title.zh } as const] : []),
      {
        kind: 'table',
        columns: list.columns.map((column, i) => ({ title: column.zh, wide: i === 2 })),
        rows: list.entries.map((entry) => ({ cells: entry.cells.map(({ fields }) => joined(fields)) })),
      },
    ];
  }
  return [
    {
      kind: 'grid',
      parts: GRID,
      cells: cells.map(({ label, span, fields }) => ({ label: label.zh, span, value: joined(fields) })),
    },
  ];
}
