import type { z } from 'zod';
import type * as awards from '../../http/awards/contract.js';
import type * as coach from '../../http/coach/contract.js';
import type * as corrections from '../../http/corrections/contract.js';
import type * as enterprises from '../../http/enterprises/contract.js';
import type * as declarationRequests from '../../http/declarations/contract.js';
import type * as defaults from '../../http/defaults/contract.js';
import type * as goods from '../../http/goods/contract.js';
import type * as profiles from '../../http/profiles/contract.js';
import type * as certificates from '../../views/certificates/shapes.js';
import type * as certificateRequests from '../../http/certificates/contract.js';
import type * as filingRequests from '../../http/filings/contract.js';
import type * as imports from '../../http/imports/contract.js';
import type * as attachments from '../../http/attachments/contract.js';
import type * as indicators from '../../http/indicators/contract.js';
import type * as problem from '../../http/problem.js';
import type * as session from '../../http/session/contract.js';
import type * as declarations from '../../views/declarations/shapes.js';
import type * as figures from '../../views/figures/shapes.js';
import type * as figureRequests from '../../http/figures/contract.js';
import type * as batches from '../../views/filings/batches.js';
import type * as batchRequests from '../../http/filings/batchContract.js';
import type * as goodsForms from '../../views/forms/shapes.js';
import type * as filings from '../../views/filings/shapes.js';
import type * as refusals from '../../views/refusals/shapes.js';
import type * as shared from '../../views/shapes.js';
import type * as inspections from '../../views/inspections/shapes.js';
import type * as recordShapes from '../../views/records/shapes.js';
import type * as registryShapes from '../../views/registry/shapes.js';
import type * as registryRequests from '../../http/registry/contract.js';
import type * as sheets from '../../http/sheets/contract.js';
import type * as warehouseShapes from '../../views/warehouses/shapes.js';
import type * as tray from '../../views/tray/shapes.js';
import type { RegimeAdvice } from '../../checks/advise.js';
import type { Fault } from '../../base/fault.js';
import type { Delivery } from '../../terms/delivery.js';
import type { Role } from '../../terms/role.js';
import type { Text } from '../../terms/text.js';
import type { Verdict } from '../../terms/verdict.js';

/** The shapes of the API, taken from the contracts as types only: no server code reaches the bundle. */
type Contract = typeof session &
  typeof awards &
  Pick<typeof indicators, 'indicatorsSchema' | 'giveIndicatorSchema'> &
  typeof imports &
  Pick<typeof attachments, 'attachmentSchema'> &
  typeof goodsForms &
  typeof inspections &
  typeof certificates &
  typeof certificateRequests &
  typeof enterprises &
  typeof corrections &
  typeof filingRequests &
  typeof declarationRequests &
  typeof defaults &
  typeof goods &
  typeof profiles &
  typeof coach &
  typeof batchRequests &
  typeof batches &
  typeof problem &
  typeof shared &
  typeof declarations &
  typeof figures &
  Pick<typeof figureRequests, 'closingBody' | 'snapshotBody' | 'signatureSchema'> &
  typeof filings &
  typeof refusals &
  typeof recordShapes &
  typeof registryShapes &
  Pick<typeof registryRequests, 'newFactsSchema'> &
  typeof sheets &
  typeof warehouseShapes &
  typeof tray;
type Of<K extends keyof Contract> = Contract[K] extends z.ZodType ? z.output<Contract[K]> : never;
type In<K extends keyof Contract> = Contract[K] extends z.ZodType ? z.input<Contract[K]> : never;

export type { Delivery, Fault, Role, Text, Verdict };
export type Problem = Of<'problemSchema'>;
export type Me = Of<'meSchema'>;
export type Seller = Me['sellers'][number];
export type Import = Of<'importSchema'>;
export type ImportVerdict = Of<'importVerdictSchema'>;
export type ImportPreview = Of<'previewSchema'>;
export type ImportCause = Of<'causeSchema'>;
export type ImportProfile = Of<'profileViewSchema'>;
export type NewImportProfile = In<'newProfileSchema'>;
export type SellerDefaults = Of<'defaultsViewSchema'>;
export type NewSellerDefaults = In<'newDefaultsSchema'>;
export type DefaultFields = Of<'defaultFieldsSchema'>;
export type GoodsItem = Of<'goodsItemSchema'>;
export type GoodsFields = Of<'goodsFieldsSchema'>;
export type NewGoods = In<'newGoodsSchema'>;
export type GoodsVersion = Of<'goodsVersionSchema'>;
export type GoodsChange = Of<'goodsChangeSchema'>;
export type StatusText = Of<'statusTextSchema'>;
export type DeclarationDocument = Of<'documentSchema'>;
export type DeclarationSummary = Of<'declarationSummarySchema'>;
export type Declaration = Of<'declarationSchema'>;
export type TimelineEntry = Of<'timelineEntrySchema'>;
export type DeclarationFilter = Of<'declarationFilterSchema'>;
/** A filter and the order of its list. */
export type DeclarationQuery = DeclarationFilter & { sort?: In<'declarationSortSchema'> };
export type BulkAction = In<'bulkActionSchema'>;
export type BulkActionResult = Of<'bulkActionResultSchema'>;
export type Counts = Of<'countsSchema'>;
export type Figures = Of<'figuresSchema'>;
export type FigureLine = Of<'figureLineSchema'>;
export type FigureRule = Of<'countingRuleSchema'>;
export type FigureRecord = Of<'figureRecordSchema'>;
export type FigureRecordDetail = Of<'figureRecordDetailSchema'>;
export type FigureClosing = Of<'closingSchema'>;
export type NewClosing = In<'closingBody'>;
export type FigureSnapshot = Of<'snapshotSchema'>;
export type NewSnapshot = In<'snapshotBody'>;
export type SnapshotSignature = Of<'signatureSchema'>;
export type TurnoverComparison = Of<'turnoverSchema'>;
export type HistoryFile = Of<'historyFileSchema'>;
export type HistoryTaken = Of<'historyTakenSchema'>;
export type ClearanceTimes = Of<'clearanceTimesSchema'>;
export type AwardPolicy = Of<'policyShownSchema'>;
export type AwardClauseShown = AwardPolicy['clauses'][number];
export type AwardRoundSummary = Of<'roundSummarySchema'>;
export type AwardRound = Of<'roundSchema'>;
export type AwardLine = AwardRound['lines'][number];
export type AwardResult = Of<'lineResultSchema'>;
export type AwardStatus = Of<'awardStatusSchema'>;
export type AwardReading = AwardRound['readings'][number];
export type AwardComparison = Of<'compareSchema'>;
export type AwardEstimate = Of<'estimateSchema'>;
export type SignerCandidate = Of<'signerCandidatesSchema'>['items'][number];
export type NewAwardRound = In<'newRoundSchema'>;
export type NewAwardInputs = In<'inputsSchema'>;
export type NewSignature = In<'signSchema'>;
export type FlagDecision = In<'decideFlagSchema'>;
export type ReviewDecision = In<'decideReviewSchema'>;
export type Indicators = Of<'indicatorsSchema'>;
export type IndicatorPlan = Indicators['plans'][number];
export type IndicatorShown = IndicatorPlan['indicators'][number];
export type GivenIndicator = In<'giveIndicatorSchema'>;
export type GoodsForms = Of<'goodsFormsSchema'>;
export type GoodsForm = Of<'goodsFormSchema'>;
export type GoodsFormField = Of<'formFieldSchema'>;
export type Attachment = Of<'attachmentSchema'>;
export type Certificate = Of<'certificateSchema'>;
export type CertificateSummary = Of<'certificateSummarySchema'>;
export type CertificateState = Of<'certificateStateSchema'>;
export type CertificateDraft = Of<'certificateDraftSchema'>;
export type CertificateFilter = In<'certificateFilterSchema'>;
export type CertificateRequest = In<'certificateRequestSchema'>;
export type CertificateContent = In<'certificateContentSchema'>;
export type InspectionTask = Of<'inspectionTaskSchema'>;
export type InspectionTimes = Of<'inspectionTimesSchema'>;
export type TrayItem = Of<'trayItemSchema'>;
export type Enterprise = Of<'enterpriseSchema'>;
export type NewEnterprise = In<'newEnterpriseSchema'>;
export type ApiKey = Of<'apiKeySchema'>;
export type NewApiKey = In<'newApiKeySchema'>;
export type Mandate = Of<'mandateSchema'>;
export type NewMandate = In<'newMandateSchema'>;
export type User = Of<'userSchema'>;
export type ChangedEnterprise = In<'changedEnterpriseSchema'>;
export type ChangedUser = In<'changedUserSchema'>;
export type ChangePassword = In<'changePasswordSchema'>;
export type AccountLogEntry = Of<'accountLogSchema'>;
export type PartyCertificate = Of<'partyCertificateSchema'>;
export type Rates = Of<'ratesSchema'>;
export type NewRates = In<'newRatesSchema'>;
export type NewUser = In<'newUserSchema'>;
export type SignIn = In<'signInSchema'>;
export type Activate = In<'activateSchema'>;
export type PartyKey = Of<'partyKeySchema'>;

export type Order = Declaration['order'];
export type Coach = Of<'coachSchema'>;
export type SummaryResult = Of<'summaryResultSchema'>;
export type TaxBill = Of<'taxBillSchema'>;
export type ActionAnswer = Of<'actionAnswerSchema'>;
export type ActionName = Of<'actionNameSchema'>;
export type DeclarationActions = Of<'declarationActionsSchema'>;
export type Correction = In<'correctionSchema'>;
export type Changes = Correction['changes'];
export type CorrectionResult = Of<'correctionResultSchema'>;
export type CorrectionPreview = Of<'correctionPreviewSchema'>;
export type BulkCorrection = In<'bulkCorrectionSchema'>;
export type BulkResult = Of<'bulkResultSchema'>;
export type Returnable = Of<'returnableSchema'>;
export type ReturnRequest = In<'returnSchema'>;
export type RefusalFilter = Of<'refusalFilterSchema'>;
export type Refusals = Of<'refusalsSchema'>;
export type RefusalGroup = Refusals['items'][number];
export type UnknownCodes = Of<'unknownCodesSchema'>;

export type FilingLink = Of<'filingLinkSchema'>;
export type FilingFilter = Of<'filingFilterSchema'>;
export type FilingSummary = Of<'filingSummarySchema'>;
export type Filing = Of<'filingSchema'>;
export type FilingActions = Of<'filingActionsSchema'>;
export type FilingData = Of<'filingDataSchema'>;
export type DraftRequest = In<'draftRequestSchema'>;
export type FilingDraft = Of<'draftSchema'>;
export type FilingBatch = Of<'filingBatchSchema'>;
export type DraftState = Of<'draftStateSchema'>;
export type DraftSummary = Of<'draftSummarySchema'>;
export type BatchDraft = Of<'batchDraftSchema'>;
export type BatchRun = In<'runSchema'>;
export type NewFiling = In<'newFilingSchema'>;

export type SheetPreview = Of<'sheetPreviewSchema'>;
export type Warehouse = Of<'warehouseSchema'>;
export type WarehouseDetail = Of<'warehouseDetailSchema'>;
export type WarehouseFact = Of<'warehouseFactSchema'>;
export type WarehousePaper = Of<'warehouseEvidenceSchema'>;
export type WarehousesTaken = Of<'warehousesTakenSchema'>;
export type WarehouseFactsTaken = Of<'warehouseFactsTakenSchema'>;
export type WarehouseFigures = Of<'warehouseFiguresSchema'>;
export type RebatePosition = Of<'rebatePositionSchema'>;
export type StockLine = Of<'stockLineSchema'>;
export type StockEntry = Of<'stockEntrySchema'>;
export type MovementsTaken = Of<'movementsTakenSchema'>;
export type Settlement = Of<'settlementSchema'>;
export type SettlementsTaken = Of<'settlementsTakenSchema'>;
export type TaxRecord = Of<'taxRecordSchema'>;
export type TaxRecordsTaken = Of<'taxRecordsTakenSchema'>;
export type RecordSeries = Of<'recordSeriesSchema'>;
export type OrderRecords = Of<'orderRecordsSchema'>;
export type RegistryLine = Of<'registryLineSchema'>;
export type RegistryKind = Of<'registryKindSchema'>;
export type RegistryCounts = Of<'registryCountsSchema'>;
export type RegistryFact = Of<'registryFactSchema'>;
export type RegistryEnterprise = Of<'registryEnterpriseSchema'>;
export type FactsTaken = Of<'factsTakenSchema'>;
export type NewFact = In<'newFactsSchema'>['facts'][number];

export type { RegimeAdvice };

/** One page of a keyset list; `next` is the cursor of the following page, null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type ImportOutcome = ImportVerdict['outcome'];

/** Answer of `GET /v1/port/state`, for every role. */
export type PortState = Pick<PortStatus, 'state' | 'lastReceiptAt' | 'queued' | 'waitingForKeys'>;

/** Answer of `GET /v1/port`; times are ISO 8601 UTC. */
export interface PortStatus {
  name: string;
  /** `none`: this gateway has no connection to a port. */
  state: 'open' | 'paused' | 'down' | 'none';
  queued: number;
  unknown: number;
  dead: number;
  oldestQueuedAt: string | null;
  lastReceiptAt: string | null;
  /** Why the last attempts failed, while the port is down. */
  lastDetail?: string | null;
  /** While too many messages in a row got no answer: when one tries again. */
  nextTryAt: string | null;
  /** Documents of the reader that wait for a key which fails to sign. */
  waitingForKeys: number;
  failingKeys: { enterpriseCode: string; name: string | null; reason: string; documents: number }[];
}

/** The secret of a new API key is in the answer that creates it and never again. */
export type NewApiKeyAnswer = ApiKey & { secret: string };
