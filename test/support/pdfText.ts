import { spawnSync } from 'node:child_process';

/** The text of a PDF as pdftotext reads it, page after page; throws when it is no PDF that it can read. */
export function pdfText(bytes: Buffer): string {
  const { status, stdout, stderr, error } = spawnSync('pdftotext', ['-layout', '-enc', 'UTF-8', '-', '-'], {
    input: bytes,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.toString());
  return stdout.toString('utf8');
}
