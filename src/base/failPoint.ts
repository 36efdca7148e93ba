/** Places in the journey where a crash test may end the process; each is passed right after what its name says. */
export const FAIL_POINTS = [
  'check:done',
  'submit:stored',
  'submit:committed',
  'prepare:claimed',
  'dispatch:leased',
  'dispatch:sent',
  'dispatch:recorded',
  'receipts:stored',
  'receipts:acknowledged',
  'receipts:applied',
  'refresh:done',
  'count:done',
  'imports:claimed',
  'imports:stored',
] as const;
export type FailPoint = (typeof FAIL_POINTS)[number];

const armed = process.env.GATEWAY_FAIL_POINT;

/**
 * Ends the process by SIGKILL, as a power cut would, when GATEWAY_FAIL_POINT names this place. Only the crash tests set
 * that variable; without it this is one comparison.
 */
export function failPoint(name: FailPoint): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}
