import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import { shanghaiText, type Clock } from '../base/clock.js';
import { mappingPath } from '../base/root.js';
import type { Queryable, Store } from '../store/store.js';
import { textSchema } from '../terms/text.js';
import { entryKinds, NOTHING_BEFORE, sealNotes } from './chain.js';
import { collectEvidence, type Evidence, type EvidenceFile } from './collect.js';
import { merklePaths } from './merkle.js';
import { entryHashes, listRoots, makeRoot, rootLine, type Root } from './roots.js';

const kindTexts = z.record(z.enum(entryKinds), textSchema);

const text = (path: string, content: string): EvidenceFile => ({ path, bytes: Buffer.from(content) });

/**
 * The evidence of one declaration as a ZIP that can be checked without this program: exact bytes, certificates, the chain's
 * entries with their way up to a root, a guide and a script. What is not in the chain or under a root yet is brought there
 * first. Undefined when none of `tenants` owns the declaration.
 */
export async function evidenceArchive(
  store: Store,
  tenants: readonly string[],
  declarationId: string,
  clock: Clock,
): Promise<Buffer | undefined> {
  const { rows } = await store.query<{ order_no: string }>(
    'select order_no from declarations where id = $1 and tenant_id = any($2)',
    [declarationId, tenants],
  );
  const declaration = rows[0];
  if (!declaration) return undefined;
  await sealNotes(store);
  await makeRoot(store);
  const files = await store.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read read only');
    const evidence = await collectEvidence(tx, tenants, declarationId);
    return evidence && [...evidence.files, ...(await chainFiles(tx, evidence))];
  });
  if (!files) return undefined;
  const filled = (name: string): string =>
    readFileSync(mappingPath('evidence', name), 'utf8')
      .replace('{reference}', `${declaration.order_no} (${declarationId})`)
      .replace('{madeAt}', shanghaiText(clock.now()));
  return zipOf([
    ...files,
    text('说明.md', filled('guide.zh.md')),
    text('README.md', filled('guide.en.md')),
    { path: 'check.sh', bytes: readFileSync(mappingPath('evidence', 'check.sh')) },
  ]);
}

/** What the chain says: entries under a root, the files they name, their ways up, and all roots. */
async function chainFiles(tx: Queryable, evidence: Evidence): Promise<EvidenceFile[]> {
  const roots = await listRoots(tx);
  const covered = evidence.entries.filter(({ entry }) => entry.seq <= (roots.at(-1)?.toSeq ?? 0));
  const kinds = kindTexts.parse(JSON.parse(readFileSync(mappingPath('evidence', 'kinds.json'), 'utf8')));
  const titleOf = (kind: string): string => {
    const title = kinds[z.enum(entryKinds).parse(kind)];
    return `${title.zh} / ${title.en}`;
  };
  let before = NOTHING_BEFORE;
  const rootLines = roots.map((root) => {
    const line = rootLine(root, before);
    before = root.hash;
    return line;
  });
  const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
  return [
    text('chain/entries.tsv', lines(covered.map(({ line }) => line))),
    text(
      'chain/files.tsv',
      lines(covered.flatMap(({ entry, path }) => (path === null ? [] : [`${entry.seq}\t${path}`]))),
    ),
    text('chain/roots.tsv', lines(rootLines)),
    text(
      'chain/timeline.txt',
      lines(
        covered.map(
          ({ entry, path }) =>
            `${shanghaiText(new Date(entry.at))}  ${entry.seq}  ${titleOf(entry.kind)}  ${entry.actor}  ${path ?? ''}`,
        ),
      ),
    ),
    ...(await proofsOf(tx, covered, roots)),
    ...(evidence.left.length > 0 ? [text('left-out.txt', lines(evidence.left))] : []),
  ];
}

async function proofsOf(
  tx: Queryable,
  covered: Evidence['entries'],
  roots: readonly Root[],
): Promise<EvidenceFile[]> {
  const files: EvidenceFile[] = [];
  for (const root of roots) {
    const under = covered.filter(({ entry }) => entry.seq >= root.fromSeq && entry.seq <= root.toSeq);
    if (under.length === 0) continue;
    const hashes = await entryHashes(tx, root.fromSeq, root.toSeq);
    const paths = merklePaths(
      hashes,
      under.map(({ entry }) => entry.seq - root.fromSeq),
    );
    for (const [i, { entry }] of under.entries()) {
      const steps = (paths[i] ?? []).map(({ side, hash }) => `${side} ${hash}\n`).join('');
      files.push(text(`chain/proofs/${entry.seq}.txt`, `${steps}root ${root.id}\n`));
    }
  }
  return files;
}

/** Packs the files with a list of their hashes in the form `sha256sum -c` reads. */
async function zipOf(files: readonly EvidenceFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  const sums = files.map(
    ({ path, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`,
  );
  for (const { path, bytes } of [...files, text('SHA256SUMS', sums.join(''))]) zip.addBuffer(bytes, path);
  zip.end();
  return buffer(Readable.from(zip.outputStream));
}
