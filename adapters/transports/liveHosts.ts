import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../../src/base/root.js';
import { textSchema, type Text } from '../../src/terms/text.js';

const hostsSchema = z.strictObject({
  title: textSchema,
  source: z.string().min(1),
  validFrom: z.iso.date(),
  hosts: z.array(z.strictObject({ host: z.string().regex(/^[a-z0-9.-]+$/), owner: textSchema })).min(1),
});

let hosts: z.output<typeof hostsSchema>['hosts'] | undefined;

/** Whose live environment a host is, itself or as part of a domain; undefined for one that is not known as such. */
export function liveOwnerOf(host: string): Text | undefined {
  hosts ??= hostsSchema.parse(
    JSON.parse(readFileSync(mappingPath('counterparts', 'hosts', 'official.json'), 'utf8')),
  ).hosts;
  const name = host.toLowerCase().replace(/\.$/, '');
  return hosts.find((known) => name === known.host || name.endsWith(`.${known.host}`))?.owner;
}
