import { QueryCache, QueryClient, MutationCache, useQueryClient } from '@tanstack/react-query';
import { api } from './calls.js';
import { ApiError } from './client.js';
import { rememberSignedIn, wasSignedIn } from './remembered.js';
import type {
  Changes,
  DeclarationFilter,
  DeclarationQuery,
  FilingFilter,
  ImportOutcome,
  Me,
  RefusalFilter,
} from './types.js';

/** Names of what is cached; the first word is what an event of `/v1/changes` can make stale. */
export const keys = {
  me: ['me'] as const,
  imports: ['imports'] as const,
  import: (id: string) => ['imports', id] as const,
  importVerdicts: (id: string, outcome: ImportOutcome, cursor?: string) =>
    ['imports', id, 'verdicts', outcome, cursor ?? ''] as const,
  importCauses: (id: string) => ['imports', id, 'causes'] as const,
  defaults: (seller: string | undefined) => ['defaults', seller ?? ''] as const,
  defaultFields: ['defaults', 'fields'] as const,
  goods: (seller: string | undefined, search: string, cursor?: string) =>
    ['goods', seller ?? '', search, cursor ?? ''] as const,
  goodsFields: ['goods', 'fields'] as const,
  goodsHistory: (seller: string | undefined, sku: string) => ['goods', 'history', seller ?? '', sku] as const,
  importHistory: (cursor?: string) => ['imports', 'history', cursor ?? ''] as const,
  declarations: (filter: DeclarationQuery, cursor?: string) =>
    ['declarations', 'page', filter, cursor ?? ''] as const,
  counts: (filter: DeclarationFilter) => ['declarations', 'counts', filter] as const,
  declaration: (id: string) => ['declarations', 'one', id] as const,
  inspections: (asked: object) => ['declarations', 'inspections', asked] as const,
  goodsForms: (id: string) => ['declarations', 'forms', id] as const,
  attachments: (id: string) => ['declarations', 'attachments', id] as const,
  returnable: (id: string) => ['declarations', 'returnable', id] as const,
  actions: (id: string) => ['declarations', 'actions', id] as const,
  preview: (id: string, changes: Changes, resubmit: boolean) =>
    ['declarations', 'preview', id, changes, resubmit] as const,
  refusals: (filter: RefusalFilter) => ['declarations', 'refusals', filter] as const,
  unknownCodes: ['declarations', 'unknown-codes'] as const,
  certificates: (filter: object, cursor?: string) =>
    ['declarations', 'certificates', filter, cursor ?? ''] as const,
  certificate: (id: string) => ['declarations', 'certificate', id] as const,
  certificateDraft: (asked: object) => ['certificates', 'draft', asked] as const,
  filings: (filter: FilingFilter, cursor?: string) => ['filings', 'page', filter, cursor ?? ''] as const,
  filing: (id: string) => ['filings', 'one', id] as const,
  filingActions: (id: string, state: string) => ['filings', 'actions', id, state] as const,
  batches: ['filing-batches', 'recent'] as const,
  batch: (id: string) => ['filing-batches', 'one', id] as const,
  batchDrafts: (id: string, state: string | undefined, cursor?: string) =>
    ['filing-drafts', id, state ?? '', cursor ?? ''] as const,
  batchDraft: (id: string, number: number) => ['filing-drafts', id, 'one', number] as const,
  advice: (declarationId: string) => ['declarations', 'advice', declarationId] as const,
  totals: (query: object) => ['totals', query] as const,
  figureRule: ['figure-rule'] as const,
  figureRecords: (path: string, cursor?: string) => ['figure-records', path, cursor ?? ''] as const,
  figureRecord: (id: string) => ['figure-records', 'one', id] as const,
  historyFiles: ['reports', 'history'] as const,
  closings: ['reports', 'closings'] as const,
  snapshots: (cursor?: string) => ['reports', 'snapshots', cursor ?? ''] as const,
  signatures: (id: string) => ['reports', 'signatures', id] as const,
  turnover: (query: object) => ['reports', 'turnover', query] as const,
  policies: ['awards', 'policies'] as const,
  rounds: ['awards', 'rounds'] as const,
  round: (id: string) => ['awards', 'round', id] as const,
  signers: ['awards', 'signers'] as const,
  comparison: (left: string, right: string) => ['awards', 'compare', left, right] as const,
  estimate: (policy: string, year: number) => ['awards', 'estimate', policy, year] as const,
  indicators: (year: number) => ['indicators', year] as const,
  warehouses: (on: string | undefined) => ['warehouses', 'list', on ?? ''] as const,
  warehouse: (id: string) => ['warehouses', 'one', id] as const,
  stock: (asked: object) => ['warehouses', 'stock', asked] as const,
  stockEntries: (accountId: string) => ['warehouses', 'entries', accountId] as const,
  movements: (asked: object) => ['warehouses', 'movements', asked] as const,
  warehouseFigures: (asked: object) => ['warehouses', 'figures', asked] as const,
  rebates: (warehouse: string | undefined) => ['warehouses', 'rebates', warehouse ?? ''] as const,
  settlements: (filter: object, cursor?: string) => ['records', 'settlements', filter, cursor ?? ''] as const,
  taxRecords: (filter: object, cursor?: string) => ['records', 'tax', filter, cursor ?? ''] as const,
  recordSeries: (days: object) => ['records', 'series', days] as const,
  orderRecords: (id: string) => ['records', 'order', id] as const,
  registry: (filter: object, cursor?: string) => ['registry', 'list', filter, cursor ?? ''] as const,
  registryKinds: ['registry', 'kinds'] as const,
  registryCounts: ['registry', 'counts'] as const,
  registryEnterprise: (code: string) => ['registry', 'one', code] as const,
  tray: (open: boolean, cursor?: string) => ['tray', open, cursor ?? ''] as const,
  manage: (what: string) => ['manage', what] as const,
  port: ['port'] as const,
  portState: ['port', 'state'] as const,
  bytes: (path: string) => ['bytes', path] as const,
};

/** A wrong password is answered with 401 as well, but ends nothing. */
const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 401 && !error.faults.some(({ code }) => code === 'A09');

/** Any 401 means the session ended: `me` becomes null and the router shows the sign-in page, then comes back. */
export function makeQueryClient(): QueryClient {
  const signedOut = (error: unknown) => {
    if (isSignedOut(error)) client.setQueryData<Me | null>(keys.me, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    mutationCache: new MutationCache({ onError: signedOut }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        retry: (count, error) =>
          count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
        throwOnError: false,
      },
      mutations: { retry: false },
    },
  });
  return client;
}

/** `null` when signed out: that is an answer, not an error. A browser that never signed in is not even asked. */
export const meQuery = {
  queryKey: keys.me,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Me | null> => {
    if (!wasSignedIn()) return null;
    return api.me(signal).catch((error: unknown) => {
      if (!isSignedOut(error)) throw error;
      rememberSignedIn(false);
      return null;
    });
  },
  staleTime: 60_000,
};

/**
 * Makes `me` the identity of this page (null: signed out) and forgets everything another identity may have read.
 * `me` is set rather than cleared: a cleared query no longer reaches the components that watch it.
 */
export function setIdentity(client: QueryClient, me: Me | null): void {
  rememberSignedIn(me !== null);
  client.setQueryData(keys.me, me);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] });
}

/**
 * Asks anew for everything of a kind that is on screen; the rest when it is next looked at. What is on its way for the
 * first time may have been read before the change: it is waited for, and asked for once more.
 */
export async function askAnew(client: QueryClient, kind: string): Promise<void> {
  const coming = client.getQueryCache().findAll({
    queryKey: [kind],
    fetchStatus: 'fetching',
    predicate: ({ state }) => state.data === undefined,
  });
  await client.invalidateQueries({ queryKey: [kind] });
  await Promise.all(coming.map(({ queryKey }) => client.invalidateQueries({ queryKey, exact: true })));
}

/** Marks everything of these kinds stale after a change the user made. */
export function useRefresh(): (...kinds: string[]) => Promise<void> {
  const client = useQueryClient();
  return async (...kinds) => {
    await Promise.all(kinds.map((kind) => askAnew(client, kind)));
  };
}
