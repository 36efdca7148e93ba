import type { Catalogue } from '../messages/catalogue.js';
import type { FieldMapping, NodeMapping } from '../messages/mapping.js';
import type { Regime } from './regimes.js';

/**
 * The country of each port of destination (指运港). Ports whose country the country table does not hold are left out:
 * nothing can be said about them.
 */
export function portCountries(codes: Catalogue['codes']): ReadonlyMap<string, string> {
  const countries = codes.get('country');
  const known = new Map<string, string>();
  for (const [port, { country }] of codes.get('port').values)
    if (country !== undefined && countries.has(country)) known.set(port, country);
  return known;
}

/**
 * Paths of the order that the field checks of a regime's own messages refuse already, because the field belongs to
 * other regimes (`requiredIn`). A rule that refused them again would say the same thing twice.
 */
export function refusedByMessages(
  regime: Regime,
  catalogue: Pick<Catalogue, 'message'>,
): ReadonlySet<string> {
  const paths = new Set<string>();
  const collect = (nodes: readonly NodeMapping[]) => {
    for (const node of nodes) {
      for (const field of node.fields ?? [])
        if (field.requiredIn && !field.requiredIn.includes(regime.regime))
          for (const source of sourcesOf(field)) paths.add(orderPathOf(source, node));
      collect(node.children ?? []);
    }
  };
  for (const { message } of regime.documents) collect(catalogue.message(message)?.root ?? []);
  return paths;
}

const sourcesOf = (field: FieldMapping): string[] => (field.from === undefined ? [] : [field.from].flat());

/** `order.list.emsNo` is `list.emsNo`; `line.itemRecordNo` of a node over `order.lines` is `lines[].itemRecordNo`. */
function orderPathOf(source: string, node: NodeMapping): string {
  const [root, ...rest] = source.split('.');
  const list = root !== undefined && root === node.as ? `${node.each}[]` : root;
  return [list, ...rest].join('.').replace(/^order\./, '');
}
