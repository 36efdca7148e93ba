import { certificateCalls } from './certificates.js';
import { request } from './client.js';
import type {
  AccountLogEntry,
  Activate,
  ApiKey,
  Attachment,
  AwardComparison,
  AwardEstimate,
  AwardPolicy,
  AwardRound,
  AwardRoundSummary,
  BatchDraft,
  BatchRun,
  BulkAction,
  BulkActionResult,
  BulkCorrection,
  BulkResult,
  ChangePassword,
  ChangedEnterprise,
  ChangedUser,
  Changes,
  Correction,
  CorrectionPreview,
  CorrectionResult,
  Counts,
  Declaration,
  DeclarationActions,
  DeclarationFilter,
  DeclarationQuery,
  DeclarationSummary,
  DefaultFields,
  DraftRequest,
  DraftState,
  DraftSummary,
  Enterprise,
  FactsTaken,
  FigureClosing,
  FigureRecord,
  FigureRecordDetail,
  FigureRule,
  FigureSnapshot,
  Figures,
  Filing,
  FilingActions,
  FilingBatch,
  FilingData,
  FilingDraft,
  FilingFilter,
  FilingSummary,
  FlagDecision,
  GivenIndicator,
  GoodsChange,
  GoodsFields,
  GoodsForms,
  GoodsItem,
  GoodsVersion,
  HistoryFile,
  Import,
  ImportCause,
  ImportOutcome,
  ImportProfile,
  ImportVerdict,
  Indicators,
  InspectionTask,
  InspectionTimes,
  Mandate,
  Me,
  NewApiKey,
  NewApiKeyAnswer,
  NewAwardInputs,
  NewAwardRound,
  NewClosing,
  NewEnterprise,
  NewFact,
  NewFiling,
  NewGoods,
  NewImportProfile,
  NewMandate,
  NewRates,
  NewSellerDefaults,
  NewSignature,
  NewSnapshot,
  NewUser,
  Order,
  OrderRecords,
  Page,
  PartyCertificate,
  PartyKey,
  PortState,
  PortStatus,
  Rates,
  RebatePosition,
  RecordSeries,
  RefusalFilter,
  Refusals,
  RegimeAdvice,
  RegistryCounts,
  RegistryEnterprise,
  RegistryKind,
  RegistryLine,
  ReturnRequest,
  Returnable,
  ReviewDecision,
  SellerDefaults,
  Settlement,
  SignIn,
  SignerCandidate,
  SnapshotSignature,
  StockEntry,
  StockLine,
  TaxRecord,
  TrayItem,
  TurnoverComparison,
  UnknownCodes,
  User,
  Warehouse,
  WarehouseDetail,
  WarehouseFigures,
} from './types.js';

type Signal = AbortSignal | undefined;
const at = encodeURIComponent;
const get = <T>(path: string, query?: object, signal?: Signal) =>
  request<T>('GET', path, { query: { ...query }, signal });
const post = <T>(path: string, body: unknown = {}) => request<T>('POST', path, { body });
const remove = (path: string) => request<void>('DELETE', path);

/** The API path of a round and what belongs to it. */
export const roundPath = (...parts: string[]) => `/v1/awards/rounds/${parts.map(at).join('/')}`;

/** One function per route of the contract, nothing else. */
export const api = {
  me: (signal?: Signal) => get<Me>('/v1/me', {}, signal),
  signIn: (body: SignIn) => post<Me>('/v1/session', body),
  signOut: () => remove('/v1/session'),
  activate: (body: Activate) => post<Me>('/v1/activate', body),

  imports: (cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<Import>>('/v1/imports', { cursor, limit }, signal),
  import: (id: string, signal?: Signal) => get<Import>(`/v1/imports/${at(id)}`, {}, signal),
  importVerdicts: (
    id: string,
    outcome: ImportOutcome,
    cursor: string | undefined,
    limit: number,
    signal?: Signal,
  ) => get<Page<ImportVerdict>>(`/v1/imports/${at(id)}/verdicts`, { outcome, cursor, limit }, signal),
  cancelImport: (id: string) => post<Import>(`/v1/imports/${at(id)}/cancel`),
  resumeImport: (id: string) => post<Import>(`/v1/imports/${at(id)}/resume`),
  retryImport: (id: string) => post<Import>(`/v1/imports/${at(id)}/retry`),
  importCauses: (id: string, signal?: Signal) =>
    get<{ items: ImportCause[] }>(`/v1/imports/${at(id)}/causes`, {}, signal),
  saveProfile: (body: NewImportProfile) => post<ImportProfile>('/v1/profiles', body),
  defaults: (seller: string | undefined, signal?: Signal) =>
    get<SellerDefaults>('/v1/defaults', { seller }, signal),
  defaultFields: (signal?: Signal) => get<DefaultFields>('/v1/defaults/fields', {}, signal),
  saveDefaults: (body: NewSellerDefaults) => post<SellerDefaults>('/v1/defaults', body),
  goods: (
    query: { seller?: string | undefined; search?: string | undefined; cursor?: string | undefined },
    signal?: Signal,
  ) => get<Page<GoodsItem>>('/v1/goods', query, signal),
  goodsFields: (signal?: Signal) => get<GoodsFields>('/v1/goods-fields', {}, signal),
  saveGoods: (body: NewGoods) => post<GoodsChange>('/v1/goods', body),
  goodsHistory: (sku: string, seller: string | undefined, signal?: Signal) =>
    get<{ items: GoodsVersion[] }>(`/v1/goods/${at(sku)}/history`, { seller }, signal),
  errorsFilePath: (id: string) => `/v1/imports/${at(id)}/errors-file`,

  declarations: (filter: DeclarationQuery, cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<DeclarationSummary>>('/v1/declarations', { ...filter, cursor, limit }, signal),
  counts: (filter: DeclarationFilter, signal?: Signal) =>
    get<Counts>('/v1/declarations/counts', filter, signal),
  declaration: (id: string, signal?: Signal) => get<Declaration>(`/v1/declarations/${at(id)}`, {}, signal),
  /** Of a declaration or of an import; blocks and frees nothing. */
  acknowledgeNotices: (of: { declarationId: string } | { importId: string }) =>
    post<{ acknowledged: number }>('/v1/notices/acknowledge', of),
  resend: (documentId: string) => post<void>(`/v1/documents/${at(documentId)}/resend`),
  discard: (documentId: string, note: string) =>
    post<void>(`/v1/documents/${at(documentId)}/discard`, { note }),
  declaredElsewhere: (documentId: string, note: string) =>
    post<void>(`/v1/documents/${at(documentId)}/declared-elsewhere`, { note }),

  actions: (id: string, signal?: Signal) =>
    get<DeclarationActions>(`/v1/declarations/${at(id)}/actions`, {}, signal),
  /** `resubmit` also declares again what was refused, failed or deleted. */
  previewCorrection: (id: string, changes: Changes, resubmit: boolean, signal?: Signal) =>
    request<CorrectionPreview>('POST', `/v1/declarations/${at(id)}/corrections/preview`, {
      body: { changes, resubmit },
      signal,
    }),
  correct: (id: string, body: Correction) =>
    post<CorrectionResult>(`/v1/declarations/${at(id)}/corrections`, body),
  resubmit: (id: string, body: Correction) =>
    post<CorrectionResult>(`/v1/declarations/${at(id)}/resubmit`, body),
  deleteDocument: (id: string, reason: string) =>
    post<CorrectionResult>(`/v1/documents/${at(id)}/delete`, { reason }),
  withdraw: (id: string, reason: string) =>
    post<{ filingId: string }>(`/v1/declarations/${at(id)}/withdraw`, { reason }),
  returnable: (id: string, signal?: Signal) =>
    get<Returnable>(`/v1/declarations/${at(id)}/returnable`, {}, signal),
  returnGoods: (id: string, body: ReturnRequest) =>
    post<{ filingId: string }>(`/v1/declarations/${at(id)}/return`, body),
  actOnMany: (body: BulkAction) => post<BulkActionResult>('/v1/declarations/bulk', body),
  correctMany: (body: BulkCorrection) => post<BulkResult>('/v1/corrections/bulk', body),

  refusals: (filter: RefusalFilter, signal?: Signal) => get<Refusals>('/v1/refusals', filter, signal),
  unknownCodes: (signal?: Signal) => get<UnknownCodes>('/v1/refusals/unknown', {}, signal),

  ...certificateCalls,
  filings: (filter: FilingFilter, cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<FilingSummary>>('/v1/filings', { ...filter, cursor, limit }, signal),
  filing: (id: string, signal?: Signal) => get<Filing>(`/v1/filings/${at(id)}`, {}, signal),
  draftFilings: (body: DraftRequest) => post<{ drafts: FilingDraft[] }>('/v1/filings/draft', body),
  submitFiling: (body: NewFiling) => post<{ id: string }>('/v1/filings', body),
  changeFiling: (id: string, data: FilingData) => post<Filing>(`/v1/filings/${at(id)}/change`, { data }),
  deleteFiling: (id: string, reason: string) => post<Filing>(`/v1/filings/${at(id)}/delete`, { reason }),
  filingActions: (id: string, signal?: Signal) =>
    get<FilingActions>(`/v1/filings/${at(id)}/actions`, {}, signal),

  batches: (cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<FilingBatch>>('/v1/filing-batches', { cursor, limit }, signal),
  batch: (id: string, signal?: Signal) => get<FilingBatch>(`/v1/filing-batches/${at(id)}`, {}, signal),
  createBatch: (body: DraftRequest) => post<FilingBatch>('/v1/filing-batches', body),
  batchDrafts: (
    id: string,
    state: DraftState | undefined,
    cursor: string | undefined,
    limit: number,
    signal?: Signal,
  ) => get<Page<DraftSummary>>(`/v1/filing-batches/${at(id)}/drafts`, { state, cursor, limit }, signal),
  batchDraft: (id: string, number: number, signal?: Signal) =>
    get<BatchDraft>(`/v1/filing-batches/${at(id)}/drafts/${number}`, {}, signal),
  changeDraft: (id: string, number: number, data: FilingData) =>
    post<BatchDraft>(`/v1/filing-batches/${at(id)}/drafts/${number}`, { data }),
  runBatch: (id: string, body: BatchRun) => post<FilingBatch>(`/v1/filing-batches/${at(id)}/run`, body),
  cancelBatch: (id: string) => post<FilingBatch>(`/v1/filing-batches/${at(id)}/cancel`),
  discardBatch: (id: string) => remove(`/v1/filing-batches/${at(id)}`),

  /** An order, or the id of a declaration whose order it is. */
  advise: (of: { order: Order } | { declarationId: string }, signal?: Signal) =>
    request<RegimeAdvice[]>('POST', '/v1/advise', { body: of, signal }),

  /** Months, dimensions and choices as in the address; an empty choice means what is not known. */
  figures: (query: URLSearchParams, signal?: Signal) =>
    get<Figures>(`/v1/figures?${query.toString()}`, {}, signal),
  figureRule: (signal?: Signal) => get<FigureRule>('/v1/figures/rule', {}, signal),
  /** `path` is the `records` of a figure. */
  figureRecords: (path: string, cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<FigureRecord>>(path, { cursor, limit }, signal),
  figureRecord: (id: string, signal?: Signal) =>
    get<FigureRecordDetail>(`/v1/figures/records/${at(id)}`, {}, signal),
  historyFiles: (signal?: Signal) => get<{ items: HistoryFile[] }>('/v1/figures/history', {}, signal),
  closings: (signal?: Signal) => get<{ items: FigureClosing[] }>('/v1/figures/closings', {}, signal),
  closeMonth: (body: NewClosing) => post<FigureSnapshot>('/v1/figures/closings', body),
  snapshots: (cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<FigureSnapshot>>('/v1/figures/snapshots', { cursor, limit }, signal),
  freezeFigures: (body: NewSnapshot) => post<FigureSnapshot>('/v1/figures/snapshots', body),
  snapshotSignatures: (id: string, signal?: Signal) =>
    get<{ items: SnapshotSignature[] }>(`/v1/figures/snapshots/${at(id)}/signatures`, {}, signal),
  turnover: (query: object, signal?: Signal) =>
    get<TurnoverComparison>('/v1/figures/turnover', query, signal),

  policies: (signal?: Signal) =>
    get<{ policies: AwardPolicy[] }>('/v1/awards/policies', {}, signal).then(({ policies }) => policies),
  rounds: (signal?: Signal) =>
    get<{ rounds: AwardRoundSummary[] }>('/v1/awards/rounds', {}, signal).then(({ rounds }) => rounds),
  round: (id: string, signal?: Signal) => get<AwardRound>(roundPath(id), {}, signal),
  openRound: (body: NewAwardRound) => post<AwardRound>('/v1/awards/rounds', body),
  chooseReadings: (id: string, readings: Record<string, string | null>, note: string) =>
    post<AwardRound>(roundPath(id, 'readings'), { readings, note }),
  giveInputs: (id: string, body: NewAwardInputs) => post<AwardRound>(roundPath(id, 'inputs'), body),
  computeRound: (id: string) => post<AwardRound>(roundPath(id, 'compute')),
  nameSigner: (id: string, office: string, signer: string) =>
    post<AwardRound>(roundPath(id, 'signers'), { office, signer }),
  signRound: (id: string, body: NewSignature) => post<AwardRound>(roundPath(id, 'signatures'), body),
  decideFlag: (id: string, flag: string, body: FlagDecision) =>
    post<AwardRound>(roundPath(id, 'flags', flag), body),
  freezeRound: (id: string) => post<AwardRound>(roundPath(id, 'freeze')),
  recheckRound: (id: string) => post<AwardRound>(roundPath(id, 'recheck')),
  decideReview: (id: string, review: string, body: ReviewDecision) =>
    post<AwardRound>(roundPath(id, 'reviews', review), body),
  compareRounds: (left: string, right: string, signal?: Signal) =>
    get<AwardComparison>(roundPath(left, 'compare'), { with: right }, signal),
  signers: (signal?: Signal) =>
    get<{ items: SignerCandidate[] }>('/v1/awards/signers', {}, signal).then(({ items }) => items),
  estimate: (policy: string, year: number, signal?: Signal) =>
    get<AwardEstimate>('/v1/awards/estimate', { policy, year }, signal),
  indicators: (year: number, signal?: Signal) => get<Indicators>('/v1/indicators', { year }, signal),
  giveIndicator: (id: string, body: GivenIndicator) =>
    post<Indicators>(`/v1/indicators/${at(id)}/values`, body),

  /** Says what columns of one's files mean. */
  saySheetColumns: (sheet: string, columns: Record<string, string>) =>
    post<void>(`/v1/sheets/columns?sheet=${at(sheet)}`, { columns }),
  warehouses: (on: string | undefined, signal?: Signal) =>
    get<{ items: Warehouse[] }>('/v1/warehouses', { on }, signal),
  warehouse: (id: string, signal?: Signal) => get<WarehouseDetail>(`/v1/warehouses/${at(id)}`, {}, signal),
  withdrawWarehouseFact: (id: string, why: string) =>
    post<void>(`/v1/warehouses/facts/${at(id)}/withdraw`, { why }),
  withdrawEvidence: (id: string, why: string) =>
    post<void>(`/v1/warehouses/evidence/${at(id)}/withdraw`, { why }),
  stock: (query: object, signal?: Signal) => get<Page<StockLine>>('/v1/warehouses/stock', query, signal),
  stockEntries: (accountId: string, signal?: Signal) =>
    get<{ items: StockEntry[] }>(`/v1/warehouses/stock/${at(accountId)}/entries`, {}, signal),
  movements: (query: object, signal?: Signal) =>
    get<Page<StockEntry>>('/v1/warehouses/movements', query, signal),
  reverseEntry: (id: string, why: string) => post<void>(`/v1/warehouses/entries/${at(id)}/reverse`, { why }),
  warehouseFigures: (query: object, signal?: Signal) =>
    get<WarehouseFigures>('/v1/warehouses/figures', query, signal),
  rebates: (warehouse: string | undefined, signal?: Signal) =>
    get<RebatePosition>('/v1/warehouses/rebates', { warehouse }, signal),

  settlements: (query: object, signal?: Signal) => get<Page<Settlement>>('/v1/settlements', query, signal),
  withdrawSettlement: (id: string, why: string) => post<void>(`/v1/settlements/${at(id)}/withdraw`, { why }),
  taxRecords: (query: object, signal?: Signal) => get<Page<TaxRecord>>('/v1/tax-records', query, signal),
  withdrawTaxRecord: (id: string, why: string) => post<void>(`/v1/tax-records/${at(id)}/withdraw`, { why }),
  recordSeries: (query: object, signal?: Signal) => get<RecordSeries>('/v1/records/series', query, signal),
  orderRecords: (id: string, signal?: Signal) =>
    get<OrderRecords>(`/v1/declarations/${at(id)}/records`, {}, signal),

  registry: (query: object, signal?: Signal) =>
    get<Page<RegistryLine>>('/v1/registry/enterprises', query, signal),
  registryKinds: (signal?: Signal) => get<{ items: RegistryKind[] }>('/v1/registry/kinds', {}, signal),
  registryCounts: (signal?: Signal) => get<RegistryCounts>('/v1/registry/counts', {}, signal),
  registryEnterprise: (code: string, signal?: Signal) =>
    get<RegistryEnterprise>(`/v1/registry/enterprises/${at(code)}`, {}, signal),
  addFact: (fact: NewFact) => post<FactsTaken>('/v1/registry/facts', { facts: [fact] }),
  withdrawFact: (id: string, why: string) => post<void>(`/v1/registry/facts/${at(id)}/withdraw`, { why }),

  /** `open` leaves out what was decided already. */
  inspectionTasks: (
    asked: { state: 'open' | 'done'; declaration?: string; limit: number },
    signal?: Signal,
  ) => get<{ items: InspectionTask[]; minutes: InspectionTimes }>('/v1/inspection-tasks', asked, signal),
  noteArrival: (id: string, when: string) =>
    post<void>(`/v1/inspection-tasks/${at(id)}/arrival`, { at: when }),
  goodsForms: (declarationId: string, signal?: Signal) =>
    get<GoodsForms>(`/v1/declarations/${at(declarationId)}/forms`, {}, signal),
  attachments: (declarationId: string, signal?: Signal) =>
    get<{ items: Attachment[] }>(`/v1/declarations/${at(declarationId)}/attachments`, {}, signal),
  removeAttachment: (id: string) => remove(`/v1/attachments/${at(id)}`),

  tray: (open: boolean, cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<TrayItem>>('/v1/tray', { open, cursor, limit }, signal),
  dismiss: (id: string, note: string) => post<void>(`/v1/tray/${at(id)}/dismiss`, { note }),
  reopen: (id: string) => post<void>(`/v1/tray/${at(id)}/reopen`),
  assign: (id: string, documentId: string, note: string) =>
    post<void>(`/v1/tray/${at(id)}/assign`, { documentId, note }),

  enterprises: (signal?: Signal) =>
    get<Page<Enterprise> | Enterprise[]>('/v1/enterprises', {}, signal).then(list),
  addEnterprise: (body: NewEnterprise) => post<Enterprise>('/v1/enterprises', body),
  changeEnterprise: (id: string, body: ChangedEnterprise) =>
    post<Enterprise>(`/v1/enterprises/${at(id)}`, body),
  setEnterpriseActive: (id: string, active: boolean) =>
    post<void>(`/v1/enterprises/${at(id)}/${active ? 'enable' : 'disable'}`),
  changeUser: (id: string, body: ChangedUser) => post<void>(`/v1/users/${at(id)}`, body),
  setUserActive: (id: string, active: boolean) =>
    post<void>(`/v1/users/${at(id)}/${active ? 'enable' : 'disable'}`),
  resetUser: (id: string) => post<{ activation: string }>(`/v1/users/${at(id)}/reset`),
  endSessions: (id: string) => remove(`/v1/users/${at(id)}/sessions`),
  changePassword: (body: ChangePassword) => post<void>('/v1/me/password', body),
  accountLog: (signal?: Signal) => get<AccountLogEntry[]>('/v1/account-log', {}, signal),
  users: (signal?: Signal) => get<Page<User> | User[]>('/v1/users', {}, signal).then(list),
  addUser: (body: NewUser) => post<User>('/v1/users', body),
  apiKeys: (signal?: Signal) => get<Page<ApiKey> | ApiKey[]>('/v1/api-keys', {}, signal).then(list),
  addApiKey: (body: NewApiKey) => post<NewApiKeyAnswer>('/v1/api-keys', body),
  rotateApiKey: (id: string, hours: number) =>
    post<{ id: string; secret: string }>(`/v1/api-keys/${at(id)}/rotate`, { hours }),
  revokeApiKey: (id: string) => remove(`/v1/api-keys/${at(id)}`),
  mandates: (signal?: Signal) => get<Page<Mandate> | Mandate[]>('/v1/mandates', {}, signal).then(list),
  addMandate: (body: NewMandate) => post<Mandate>('/v1/mandates', body),
  revokeMandate: (id: string) => remove(`/v1/mandates/${at(id)}`),
  partyCertificates: (signal?: Signal) => get<PartyCertificate[]>('/v1/party-certificates', {}, signal),
  addPartyCertificate: (body: { enterpriseCode: string; certificate: string }) =>
    post<unknown>('/v1/party-certificates', body),
  revokePartyCertificate: (enterpriseCode: string, serial: string) =>
    remove(`/v1/party-certificates/${at(enterpriseCode)}/${at(serial)}`),
  reloadKeys: () => post<{ keys: PartyKey[]; released: number }>('/v1/signing-keys/reload'),
  rates: (signal?: Signal) => get<Rates>('/v1/rates', {}, signal),
  importRates: (body: NewRates) => post<Rates>('/v1/rates', body),
  signingKeys: (signal?: Signal) =>
    get<Page<PartyKey> | PartyKey[]>('/v1/signing-keys', {}, signal).then(list),

  port: (signal?: Signal) => get<PortStatus>('/v1/port', {}, signal),
  portState: (signal?: Signal) => get<PortState>('/v1/port/state', {}, signal),
  pausePort: () => post<PortStatus>('/v1/port/pause'),
  resumePort: () => post<PortStatus>('/v1/port/resume'),
};

/** The short management lists come as a plain array or as one page; both read the same here. */
function list<T>(answer: Page<T> | T[]): T[] {
  return Array.isArray(answer) ? answer : answer.items;
}
