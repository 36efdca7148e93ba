import { CopyButton } from './copy.js';

/** The hash of a file: its beginning, and all of it to copy. */
export function Hash({ sha256 }: { sha256: string }) {
  return (
    <>
      <span className="mono hash" title={sha256}>
        sha256 {sha256.slice(0, 16)}…
      </span>
      <CopyButton value={sha256} what="sha256" />
    </>
  );
}
