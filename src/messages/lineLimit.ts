import type { Fault } from '../base/fault.js';
import { makeFieldFault } from './fieldFaults.js';
import { readRepeat } from './fieldType.js';
import type { MessageMapping, NodeMapping } from './mapping.js';

const LINES = 'order.lines';

function linesNode(nodes: readonly NodeMapping[]): NodeMapping | undefined {
  for (const node of nodes) {
    const found = node.each === LINES ? node : linesNode(node.children ?? []);
    if (found) return found;
  }
  return undefined;
}

/**
 * The fault F14 of an order with more goods lines than one of its messages takes; undefined when all take them. It is
 * asked before anything else is looked at, so that a thousand lines cost as little to refuse as a hundred and one.
 */
export function tooManyLines(lines: number, messages: readonly MessageMapping[]): Fault | undefined {
  let strictest: { max: number; node: NodeMapping; mapping: MessageMapping } | undefined;
  for (const mapping of messages) {
    const node = linesNode(mapping.root);
    const max = node ? readRepeat(node.repeat).max : Infinity;
    if (node && lines > max && (!strictest || max < strictest.max)) strictest = { max, node, mapping };
  }
  if (!strictest) return undefined;
  const { max, node, mapping } = strictest;
  return makeFieldFault('F14', 'lines', {
    params: { field: node.zh ?? node.node, name: node.node, max: String(max), length: String(lines) },
    documents: [mapping.title.zh],
    messages: [mapping.message],
    limit: max,
  });
}
