import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { severities, type Fault, type Severity } from './fault.js';
import { mappingPath } from './root.js';
import { textSchema, fillText, type Text } from '../terms/text.js';

/** One entry of `mappings/faults/*.json`: what a fault code says, what to do, and why it exists. */
export const faultDefinitionSchema = z.strictObject({
  code: z.string().regex(/^[A-Z]\d{2,3}$/),
  severity: z.enum(severities).default('fault'),
  text: textSchema,
  fix: textSchema,
  source: z.string().min(1),
  validFrom: z.iso.date(),
});
export type FaultDefinition = z.output<typeof faultDefinitionSchema>;

const fileSchema = z.strictObject({ title: textSchema, faults: z.array(faultDefinitionSchema) });

/** Every fault definition of `mappings/faults`, by code. Throws when two share a code or a file has a wrong shape. */
export function loadFaultDefinitions(dir = mappingPath('faults')): Map<string, FaultDefinition> {
  const byCode = new Map<string, FaultDefinition>();
  for (const file of readdirSync(dir)
    .filter((f) => f.endsWith('.json'))
    .sort()) {
    const parsed = fileSchema.parse(JSON.parse(readFileSync(join(dir, file), 'utf8')));
    for (const definition of parsed.faults) {
      if (byCode.has(definition.code))
        throw new Error(`${file}: fault code ${definition.code} is already taken`);
      byCode.set(definition.code, definition);
    }
  }
  return byCode;
}

let definitions: Map<string, FaultDefinition> | undefined;

/**
 * Makes a fault of a catalogued code. `params` fill the placeholders of its texts; `hint` is the offending value, cut
 * to 60 characters. Throws when the code is not in `mappings/faults`.
 */
export function makeFault(
  code: string,
  path: string,
  params: Record<string, string> = {},
  hint?: string,
): Fault {
  definitions ??= loadFaultDefinitions();
  const definition = definitions.get(code);
  if (!definition) throw new Error(`fault code ${code} is not in mappings/faults`);
  return buildFault({ ...definition, code }, path, params, hint);
}

/** What a fault says wherever it occurs: an entry of `mappings/faults`, or a rule. */
export interface FaultText {
  code: string;
  severity: Severity;
  text: Text;
  fix: Text;
  source: string;
}

/** The same for a text that comes from elsewhere, such as a rule file. */
export function buildFault(
  { code, severity, text, fix, source }: FaultText,
  path: string,
  params: Record<string, string>,
  hint?: string,
): Fault {
  const told = inBoth(params);
  const fault: Fault = {
    severity,
    code,
    path,
    message: { zh: fillText(text, told.zh).zh, en: fillText(text, told.en).en },
    fix: { zh: fillText(fix, told.zh).zh, en: fillText(fix, told.en).en },
    source,
  };
  if (hint !== undefined) fault.hint = cut(hint, 60);
  return fault;
}

type Params = Readonly<Record<string, string>>;

/** A parameter given as `中文 / English` is told in the language of its text. */
const BOTH = /^(.*\p{Script=Han}.*?) \/ ([^\p{Script=Han}]+)$/su;

function inBoth(params: Params): { zh: Params; en: Params } {
  const told = { zh: {} as Record<string, string>, en: {} as Record<string, string> };
  for (const [name, value] of Object.entries(params)) {
    const [, zh = value, en = value] = BOTH.exec(value) ?? [];
    told.zh[name] = cut(zh, 1000);
    told.en[name] = cut(en, 1000);
  }
  return told;
}

/** What strangers wrote is told by its beginning. */
const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** A03: what was asked for does not exist, or does not belong to the asker. */
export const notFoundFault = (thing: string): Fault => makeFault('A03', 'id', { thing });
