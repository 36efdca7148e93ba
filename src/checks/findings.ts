import { bySeverity, type Fault } from '../base/fault.js';

/**
 * What reading and checking found in one order, one fault for one mistake: a value that could not be read (I faults) is
 * not judged a second time at the same place.
 */
export function allFindings(read: readonly Fault[], checked: readonly Fault[]): Fault[] {
  const unreadable = new Set(
    bySeverity(read)
      .faults.map((fault) => fault.path)
      .filter((path) => path !== ''),
  );
  return [...read, ...checked.filter((fault) => !unreadable.has(fault.path))];
}
