import type { Queryable } from '../../store/store.js';
import { figures, type Figures, type FiguresContext, type FiguresQuestion } from './figures.js';

type Line = Figures['lines'][number];

/** A line of figures in its group, or the subtotal of a group. */
export interface GroupedLine {
  line: Line;
  dimension: string;
  /** 0 for the outermost group. */
  level: number;
  /** The subtotal of what follows it. */
  group: boolean;
}

/**
 * Figures with the subtotals of their groups, of one moment, in reading order: each subtotal before what it is made of. Every
 * subtotal is asked of the figures and none is added up. Throws as {@link figures} does.
 */
export async function groupedFigures(
  db: Queryable,
  context: FiguresContext,
  tenants: readonly string[],
  question: FiguresQuestion,
): Promise<{ figures: Figures; rows: GroupedLine[] }> {
  const whole = await figures(db, context, tenants, question);
  const asOf = new Date(whole.asOf);
  const levels: Figures[] = [];
  for (let depth = 1; depth < question.by.length; depth++)
    levels.push(await figures(db, context, tenants, { ...question, by: question.by.slice(0, depth), asOf }));
  levels.push(whole);
  const under = new Map<string, Line[]>();
  for (const { by, lines } of levels)
    for (const line of lines) {
      const parent = idOf(line, by.slice(0, -1));
      const siblings = under.get(parent);
      if (siblings) siblings.push(line);
      else under.set(parent, [line]);
    }
  const rows: GroupedLine[] = [];
  const add = (parent: string, level: number): void => {
    const by = levels[level]?.by ?? [];
    for (const line of under.get(parent) ?? []) {
      rows.push({ line, dimension: by.at(-1) ?? '', level, group: level < levels.length - 1 });
      if (level < levels.length - 1) add(idOf(line, by), level + 1);
    }
  };
  add(idOf({ key: {} }, []), 0);
  return { figures: whole, rows };
}

const idOf = ({ key }: Pick<Line, 'key'>, by: readonly string[]): string =>
  `${by.length}:${JSON.stringify(by.map((d) => key[d] ?? ''))}`;
