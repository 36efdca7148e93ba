import { cpus, loadavg } from 'node:os';

/** Where figures were taken; every figure is worth as much as the machine was idle. */
export interface Machine {
  cpu: string;
  cores: number;
  node: string;
  /** ISO 8601, UTC. */
  at: string;
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  at: new Date().toISOString(),
});

/** Load average of the last minute, to stand beside every figure. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

/** The middle one of some numbers; NaN of none. */
export function median(numbers: readonly number[]): number {
  return percentile(numbers, 50);
}

/** The number below which `p` per cent of them lie (nearest rank). */
export function percentile(numbers: readonly number[], p: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * p) / 100) - 1)] ?? NaN;
}

/** Three digits that matter: 0.0123, 1.23, 12.3, 1,234. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

export type Row = Readonly<Record<string, string | number>>;

/** Rows as a table in the form of Markdown; numbers at the right. */
export function table(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => text(row[name] ?? '')));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const right = names.map((name) => rows.every((row) => typeof row[name] === 'number'));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (right[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(names), line(rule), ...cells.map(line)].join('\n');
}

const text = (value: string | number) => (typeof value === 'number' ? short(value) : value);

export interface Section {
  title: string;
  rows: Row[];
}

/** Prints what a benchmark found: tables for people, or with `--json` one object for programs. */
export function print(name: string, sections: readonly Section[], notes: readonly string[] = []): void {
  const where = machine();
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ name, machine: where, load: load(), sections, notes }, null, 2));
    return;
  }
  console.log(
    `# ${name}\n${where.cores} × ${where.cpu}, Node ${where.node}, ${where.at}, load now ${load()}`,
  );
  for (const { title, rows } of sections) console.log(`\n## ${title}\n\n${table(rows)}`);
  for (const note of notes) console.log(`\n${note}`);
}

/** A line of progress, apart from the result. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);
