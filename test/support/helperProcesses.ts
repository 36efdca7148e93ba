import { readFileSync } from 'node:fs';

/** The helpers this process has started and that still run: their process ids, by the room of their program. */
export function helpersOf(room: 'prints' | 'reading'): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.map(Number).filter((pid) => commandOf(pid).includes(`/src/${room}/program.js`));
}

/** How a process was started; nothing where it is gone. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
