import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { ExampleMaker, type ExampleData, type JsonSchema } from './examples.js';
import { problemSchema } from './problem.js';
import type { AnyRoute } from './route.js';

/**
 * The OpenAPI 3.1 document of the routes, made from the schemas that validate them, with an example of every request and
 * every answer that is not a binary file. It takes half a second of work; others are served between its operations.
 */
export async function openApi(
  routes: readonly AnyRoute[],
  version: string,
  data: ExampleData,
): Promise<JsonSchema> {
  const components: JsonSchema = {};
  const examples = new ExampleMaker(data, components);
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
    const made = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io,
      unrepresentable: 'any',
      reused: 'inline',
    }) as JsonSchema;
    return hoist(made, components);
  };
  const problemAnswer = schemaOf(problemSchema, 'output');
  const problem = {
    'application/problem+json': {
      schema: problemAnswer,
      example: examples.of('problem', 'answer', problemAnswer),
    },
  };
  const paths: Record<string, JsonSchema> = {};
  for (const r of routes) {
    await setImmediate();
    const name = `${r.method} ${r.path}`;
    const json = (side: 'request' | 'answer', schema: JsonSchema) => ({
      'application/json': { schema, example: examples.of(name, side, schema) },
    });
    const operation: JsonSchema = {
      tags: [r.tag],
      summary: r.summary.zh,
      description: r.summary.en,
      operationId: `${r.method}${r.path.replace(/[{}]/g, '').replace(/[^A-Za-z0-9]+(\w)/g, (_, c: string) => c.toUpperCase())}`,
      parameters: [
        ...parameters(r.params, 'path', schemaOf, examples),
        ...parameters(r.query, 'query', schemaOf, examples),
        ...(r.idempotent
          ? [
              {
                name: 'Idempotency-Key',
                in: 'header',
                required: false,
                schema: { type: 'string', maxLength: 255 },
                example: 'shop-7-2026-11-20-0001',
              },
            ]
          : []),
      ],
      responses: {
        [String(r.status ?? (r.answer || r.media ? 200 : 204))]: {
          description: r.media ? '文件 / File' : '成功 / OK',
          ...(r.answer ? { content: json('answer', schemaOf(r.answer, 'output')) } : {}),
          ...(r.media
            ? { content: { [r.media]: { schema: { type: 'string' }, ...given(data, name, 'answer') } } }
            : {}),
        },
        default: { $ref: '#/components/responses/Problem' },
      },
      ...(r.right === 'public' ? { security: [] } : {}),
    };
    if (r.body)
      operation.requestBody = {
        required: true,
        content: json('request', schemaOf(r.body, 'input')),
      };
    if (r.file)
      operation.requestBody = {
        required: true,
        content: Object.fromEntries(
          [
            'application/json',
            'application/x-ndjson',
            'text/csv',
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
            'application/octet-stream',
          ].map((type) => [
            type,
            type === 'application/json' && r.document
              ? r.document
              : {
                  schema: { type: 'string', format: 'binary' },
                  ...(type === 'text/csv' ? given(data, name, 'request') : {}),
                },
          ]),
        ),
      };
    paths[r.path] = { ...paths[r.path], [r.method]: operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: '跨境电商单一窗口网关 / Single-window gateway',
      version,
      description:
        '所有错误均为 RFC 9457 problem+json，faults 中一次列出全部问题。时间为 UTC，金额和数量为十进制文本。\n\nErrors are RFC 9457 problem+json with every fault at once. Times are UTC, money and quantities decimal text.',
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { session: [] }],
    paths,
    components: {
      schemas: components,
      // Once: written out in every operation it would be a fifth of the document, and what the page needs to open.
      responses: { Problem: { description: '错误 / Problem', content: problem } },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'gateway_session' },
      },
    },
  };
}

/** The example that the data holds of a text that is not JSON. */
function given(data: ExampleData, operation: string, side: 'request' | 'answer'): { example?: unknown } {
  const example = data.operations[operation]?.[side];
  return example === undefined ? {} : { example };
}

function parameters(
  schema: z.ZodType | undefined,
  where: 'path' | 'query',
  schemaOf: (s: z.ZodType, io: 'input' | 'output') => JsonSchema,
  examples: ExampleMaker,
): JsonSchema[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => {
    const json = schemaOf(field, 'input');
    const required = where === 'path' || !field.safeParse(undefined).success;
    return {
      name,
      in: where,
      required,
      ...(json.description ? { description: json.description } : {}),
      schema: json,
      example: examples.parameter(json, name),
    };
  });
}

/** Moves named schemas (`$defs`, or a schema with an id) into the components, so that each stands there once. */
function hoist(schema: JsonSchema, components: JsonSchema): JsonSchema {
  const { $schema: _dialect, $defs, ...rest } = schema;
  for (const [name, definition] of Object.entries(($defs as JsonSchema | undefined) ?? {}))
    components[name] ??= relink(without(definition as JsonSchema));
  const own = relink(rest);
  if (typeof schema.id === 'string') {
    components[schema.id] ??= without(own as JsonSchema);
    return { $ref: `#/components/schemas/${schema.id}` };
  }
  return own as JsonSchema;
}

function without(schema: JsonSchema): JsonSchema {
  const { id: _id, $schema: _dialect, ...rest } = schema;
  return rest;
}

function relink(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relink);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [
      k,
      k === '$ref' && typeof v === 'string' ? v.replace('#/$defs/', '#/components/schemas/') : relink(v),
    ]),
  );
}
