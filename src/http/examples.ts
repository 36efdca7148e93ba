import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';

/** A JSON schema of the API document, as far as examples read it. */
export interface JsonSchema {
  [key: string]: unknown;
}

const exampleFile = z.strictObject({
  id: z.literal('api-examples'),
  text: z.string(),
  source: z.string(),
  /** Sample values by the name of a field, or by `field of which.field`; the first that the schema allows is shown. */
  values: z.record(z.string(), z.array(z.json()).min(1)),
  /** Names of members where a schema leaves them open. */
  members: z.record(z.string(), z.array(z.string()).min(1)),
  /** Whole requests and answers of operations whose fields depend on each other. */
  operations: z.record(
    z.string(),
    z.strictObject({ request: z.json().optional(), answer: z.json().optional() }),
  ),
});
export type ExampleData = z.output<typeof exampleFile>;

/** The sample values of the API document, `mappings/api/examples.json`. */
export const loadExamples = (): ExampleData =>
  exampleFile.parse(JSON.parse(readFileSync(mappingPath('api', 'examples.json'), 'utf8')));

/** Deepest level of nesting that is shown; deeper optional parts are left out. */
const DEPTH = 9;

/** Makes an example of any schema of the document from named sample values, so that no operation stays without one. */
export class ExampleMaker {
  constructor(
    private readonly data: ExampleData,
    private readonly components: Record<string, unknown>,
  ) {}

  /** An example of the request or the answer of one operation, `get /v1/declarations` for instance. */
  of(operation: string, side: 'request' | 'answer', schema: JsonSchema): unknown {
    return this.data.operations[operation]?.[side] ?? this.value(schema, [], '');
  }

  /** An example of a parameter by its name. */
  parameter(schema: JsonSchema, name: string): unknown {
    return this.value(schema, [], name);
  }

  private value(given: JsonSchema, parents: readonly string[], name: string): unknown {
    const schema = this.followed(given);
    if (schema.const !== undefined) return schema.const;
    const named = this.named(schema, parents.at(-1), name);
    if (named !== undefined) return named;
    if (Array.isArray(schema.enum)) return schema.enum[0];
    const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
    if (choices)
      return this.value(choices.find((one) => this.followed(one).type !== 'null') ?? {}, parents, name);
    switch (typesOf(schema)[0]) {
      case 'object':
        return this.object(schema, parents, name);
      case 'array':
        return parents.length > DEPTH ? [] : [this.value((schema.items ?? {}) as JsonSchema, parents, name)];
      case 'integer':
      case 'number':
        return Math.max(1, Number(schema.minimum ?? 1));
      case 'boolean':
        return schema.default ?? true;
      default:
        return textOf(schema, name);
    }
  }

  private object(schema: JsonSchema, parents: readonly string[], name: string): unknown {
    const below = [...parents, name];
    const required = new Set(schema.required as string[] | undefined);
    const members = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)
      .filter(([member]) => required.has(member) || below.length <= DEPTH)
      .map(([member, inner]) => [member, this.value(inner, below, member)]);
    const open = schema.additionalProperties;
    if (typeof open === 'object' && open !== null) {
      const names = this.followed((schema.propertyNames ?? {}) as JsonSchema).enum as string[] | undefined;
      for (const member of names ?? this.data.members[name] ?? ['…'])
        members.push([member, this.value(open as JsonSchema, below, `${name}.*`)]);
    }
    return Object.fromEntries(members) as unknown;
  }

  private named(schema: JsonSchema, parent: string | undefined, name: string): unknown {
    const candidates = [
      ...(parent ? (this.data.values[`${parent}.${name}`] ?? []) : []),
      ...(this.data.values[name] ?? []),
    ];
    return candidates.find((value) => this.allows(schema, value));
  }

  /** Whether a leaf, or a pair of texts, may be this value. */
  private allows(given: JsonSchema, value: unknown): boolean {
    const schema = this.followed(given);
    const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
    if (choices) return choices.some((one) => this.allows(one, value));
    if (Array.isArray(schema.enum)) return schema.enum.includes(value);
    const types = typesOf(schema);
    if (typeof value === 'number')
      return (
        types.some((t) => t === 'number' || (t === 'integer' && Number.isInteger(value))) &&
        value >= Number(schema.minimum ?? value) &&
        value <= Number(schema.maximum ?? value)
      );
    if (typeof value === 'string')
      return (
        types.includes('string') &&
        value.length >= Number(schema.minLength ?? 0) &&
        value.length <= Number(schema.maxLength ?? Infinity) &&
        (typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(value))
      );
    if (typeof value === 'boolean') return types.includes('boolean');
    if (value === null) return types.includes('null');
    if (Array.isArray(value)) {
      const items = (schema.items ?? {}) as JsonSchema;
      return types.includes('array') && value.every((one) => this.allows(items, one));
    }
    const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
    return (
      types.includes('object') &&
      Object.entries(value as object).every(([member, inner]) => {
        const of = properties[member] ?? schema.additionalProperties;
        return typeof of === 'object' && of !== null && this.allows(of as JsonSchema, inner);
      }) &&
      ((schema.required ?? []) as string[]).every((member) => member in (value as object))
    );
  }

  private followed(schema: JsonSchema): JsonSchema {
    const name = typeof schema.$ref === 'string' ? (schema.$ref.split('/').at(-1) ?? '') : undefined;
    return name === undefined ? schema : this.followed((this.components[name] ?? {}) as JsonSchema);
  }
}

const typesOf = (schema: JsonSchema): string[] => {
  const type = schema.type as string | string[] | undefined;
  return type === undefined ? [] : Array.isArray(type) ? type : [type];
};

function textOf(schema: JsonSchema, name: string): string {
  if (schema.format === 'uuid') {
    const tail = createHash('sha256').update(name).digest('hex').slice(0, 12);
    return `01a20080-9d8d-75dd-9107-${tail}`;
  }
  if (schema.format === 'date') return '2026-11-20';
  if (schema.format === 'date-time') return '2026-11-20T08:30:00.000Z';
  const text = typeof schema.default === 'string' ? schema.default : '示例';
  return text.padEnd(Number(schema.minLength ?? 0), '0').slice(0, Number(schema.maxLength ?? Infinity));
}
