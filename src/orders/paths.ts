import { z } from 'zod';
import { leavesOf } from './leaves.js';
import { orderSchema, type Order, type OrderLine } from './order.js';

/** Every leaf of the order model: `orderNo`, `list.ieDate`, `lines[].qty` … Rules and regimes may name no other path. */
export const orderPaths: ReadonlySet<string> = new Set(leafPaths(orderSchema, ''));

function leafPaths(schema: z.ZodType, path: string): string[] {
  // Drafts of forms have element names, not leaves of the order.
  if (schema instanceof z.ZodOptional && schema.unwrap() instanceof z.ZodRecord) return [];
  if (schema instanceof z.ZodDefault) return leafPaths(schema.unwrap() as z.ZodType, path);
  if (schema instanceof z.ZodArray) return leafPaths(schema.element as z.ZodType, `${path}[]`);
  if (!(schema instanceof z.ZodObject)) return [path];
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([name, child]) =>
    leafPaths(child, path === '' ? name : `${path}.${name}`),
  );
}

const unknownPath = 'is not a path of the order model';
const isLine = (path: string) => path.startsWith('lines[].');

/**
 * A leaf, or a group for all of its leaves (`buyer` is `buyer.name`, `buyer.idNumber` …), as the list of leaves it means.
 */
export const orderPathsOf = z
  .string()
  .transform((path) =>
    orderPaths.has(path) ? [path] : [...orderPaths].filter((p) => p.startsWith(`${path}.`)),
  )
  .refine((paths) => paths.length > 0, unknownPath);

/** Any leaf of the order. */
export const orderPath = z.string().refine((path) => orderPaths.has(path), unknownPath);
/** A leaf outside the lines. */
export const headPath = orderPath.refine((path) => !isLine(path), 'must lie outside the lines');
/** A leaf of a line. */
export const linePath = orderPath.refine(isLine, 'must be a path of a line');

/** Reads one leaf outside the lines. */
export function headReader(path: string): (order: Order) => string | undefined {
  const [first = '', second] = path.split('.');
  if (second === undefined) return (order) => leavesOf(order)?.[first];
  return (order) => leavesOf(order, first)?.[second];
}

/** The first filled of several leaves outside the lines, as the message mappings fill their fields. */
export function firstFilled(paths: readonly string[]): (order: Order) => string | undefined {
  const readers = paths.map(headReader);
  return (order) => {
    for (const read of readers) {
      const value = read(order);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

/** Reads one leaf of a line. */
export function lineReader(path: string): (line: OrderLine) => string | undefined {
  const name = path.slice('lines[].'.length) as keyof OrderLine;
  return (line) => line[name];
}

/** The place of a leaf in one line of the order: `lines[].qty` of the second line is `lines[1].qty`. */
export const lineAt = (path: string, index: number): string => path.replace('[]', `[${index}]`);

/** Visits every filled value of a path: one outside the lines, one per line within them. */
export function eachValue(path: string): (order: Order, visit: (value: string, at: string) => void) => void {
  if (!isLine(path)) {
    const read = headReader(path);
    return (order, visit) => {
      const value = read(order);
      if (value !== undefined) visit(value, path);
    };
  }
  const read = lineReader(path);
  return (order, visit) => {
    for (let i = 0; i < order.lines.length; i++) {
      const value = read(order.lines[i]!);
      if (value !== undefined) visit(value, lineAt(path, i));
    }
  };
}
