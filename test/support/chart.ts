import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';

type Scope = Record<string, unknown>;

/**
 * The objects a Helm chart makes, read by a small reader of our own: values, `quote`, `toYaml | nindent`, `if` with `else` and
 * `range` over a map are all it knows, and all the chart may use; anything else throws. It is not Helm: functions, hooks and
 * the cluster's own validation are not shown by it.
 */
export function renderChart(dir: string, release: string, over: Scope = {}): Record<string, unknown>[] {
  const values = parse(readFileSync(join(dir, 'values.yaml'), 'utf8')) as Scope;
  const scope = { Values: { ...values, ...over }, Release: { Name: release } };
  return readdirSync(join(dir, 'templates'))
    .sort()
    .flatMap((name) => {
      const text = filled(readFileSync(join(dir, 'templates', name), 'utf8'), scope);
      return parseAllDocuments(text).flatMap((document) => {
        if (document.errors.length > 0) throw new Error(`${name}: ${document.errors.join('; ')}`);
        const read = document.toJS() as Record<string, unknown> | null;
        return read ? [read] : [];
      });
    });
}

/** `{{-` takes the white space before it away, as Helm does. */
function filled(template: string, scope: Scope): string {
  const parts = template.split(/(\s*\{\{-[^}]*\}\}|\{\{[^}]*\}\})/);
  const [text] = block(parts, 0, scope);
  return text;
}

/** The text from a part on up to its `end` or `else`; and where that is. */
function block(parts: readonly string[], from: number, scope: Scope): [string, number] {
  let text = '';
  for (let at = from; at < parts.length; at++) {
    const part = parts[at]!;
    const inner = innerOf(part);
    if (inner === undefined) text += part;
    else if (inner === 'end' || inner === 'else') return [text, at];
    else if (/^(if|range) /.test(inner)) {
      const rounds = roundsOf(inner, scope);
      let end = block(parts, at + 1, { ...scope, ...(rounds[0] ?? NOTHING) })[1];
      for (const round of rounds) {
        const [more, ended] = block(parts, at + 1, { ...scope, ...round });
        text += more;
        end = ended;
      }
      if (innerOf(parts[end]!) === 'else') {
        const [other, ended] = block(parts, end + 1, scope);
        if (rounds.length === 0) text += other;
        end = ended;
      }
      at = end;
    } else text += valueText(inner, scope);
  }
  return [text, parts.length];
}

/** What stands between the braces of a part; undefined where it is text. */
const innerOf = (part: string): string | undefined => /\{\{-?\s*(.*?)\s*\}\}$/.exec(part)?.[1];

/** Stands for the names of a round that is only skipped. */
const NOTHING: Scope = { $name: '', $value: '' };

function roundsOf(inner: string, scope: Scope): Scope[] {
  const range = /^range (\$\w+), (\$\w+) := (\S+)$/.exec(inner);
  if (range)
    return Object.entries(valueOf(range[3]!, scope) as Scope).map(([name, value]) => ({
      [range[1]!]: name,
      [range[2]!]: value,
    }));
  const condition = /^if (\.\S+)$/.exec(inner)?.[1];
  if (condition === undefined) throw new Error(`unknown: ${inner}`);
  return valueOf(condition, scope) ? [{}] : [];
}

function valueText(inner: string, scope: Scope): string {
  const yaml = /^toYaml (\S+) \| nindent (\d+)$/.exec(inner);
  if (yaml) {
    const pad = ' '.repeat(Number(yaml[2]));
    const lines = stringify(valueOf(yaml[1]!, scope)).trimEnd().split('\n');
    return lines.map((line) => `\n${pad}${line}`).join('');
  }
  const quoted = /^(\S+) \| quote$/.exec(inner)?.[1];
  const value = valueOf(quoted ?? inner, scope);
  if (typeof value === 'object') throw new Error(`no text: ${inner}`);
  return quoted === undefined ? String(value) : JSON.stringify(String(value));
}

function valueOf(path: string, scope: Scope): unknown {
  const names = path.startsWith('$') ? [path] : /^\.([\w.]+)$/.exec(path)?.[1]?.split('.');
  const found = names?.reduce<unknown>((value, name) => (value as Scope | undefined)?.[name], scope);
  if (found === undefined) throw new Error(`no value: ${path}`);
  return found;
}
