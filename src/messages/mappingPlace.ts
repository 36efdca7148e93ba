const property = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;

/**
 * Says where in a mapping something is, in the words of the message rather than of the file:
 * `['root', 0, 'fields', 3, 'type']` becomes `Inventory/copNo type`.
 */
export function placeInMapping(raw: unknown, path: readonly PropertyKey[]): string {
  const names: string[] = [];
  let rest: string[] = [];
  let value = raw;
  for (const key of path) {
    value = property(value, key);
    const name = property(value, 'node') ?? property(value, 'name');
    if (typeof name === 'string') {
      names.push(name);
      rest = [];
    } else if (key !== 'root' && key !== 'children' && key !== 'fields') {
      rest.push(typeof key === 'number' ? `[${key}]` : String(key));
    }
  }
  return [names.join('/'), rest.join('.').replaceAll('.[', '[')].filter(Boolean).join(' ');
}
