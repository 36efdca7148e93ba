import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './base/clock.js';
import type { Config } from './base/config.js';
import type { Log } from './base/log.js';
import { Room } from './base/room.js';
import { projectRoot } from './base/root.js';
import { concernedBy } from './certificates/concerns.js';
import type { CorrectionContext } from './corrections/context.js';
import { releaseWaitingForKeys } from './declarations/actions.js';
import type { SnapshotContext } from './views/figures/snapshots.js';
import type { View } from './views/view.js';
import { explainSandboxCodes } from './coach/coach.js';
import type { Transport } from './dispatch/transport.js';
import { tryKeysNow } from './documents/failingKeys.js';
import { fillMissingRates } from './figures/catchUp.js';
import { historyOf } from './figures/history.js';
import type { Rates } from './figures/rates.js';
import { Journey } from './journey.js';
import type { Family } from './messages/families/family.js';
import type { Catalogue } from './messages/catalogue.js';
import { listsPerLine } from './messages/forms/form.js';
import { Printing } from './prints/printing.js';
import type { OrderFile, ReadChecked, ReadOrder } from './orders/read/readOrders.js';
import {
  fileLimits,
  Reading,
  type ReaderLimits,
  receiptLimits,
  REQUESTS_MB,
  requestLimits,
  smallFileLimits,
  tableLimits,
} from './reading/reading.js';
import { oneChunk, ReadingHere } from './reading/here.js';
import { Readers } from './reading/readers.js';
import type { ReadFile } from './receipts/facts.js';
import { readReceiptFile } from './receipts/read.js';
import type { PaymentDataPort } from './paymentData/upload.js';
import { declarationsOf } from './registry/lookups.js';
import { loadRulebook, type Rulebook } from './rulebook.js';
import { signingProfiles } from './signing/profiles.js';
import type { HeldKey, SignerRegistry } from './signing/signer.js';
import { verifyMessage } from './signing/verify.js';
import { openEmbedded, type RunningDatabase } from './store/embedded.js';
import { migrate, outgrown } from './store/migrate.js';
import { PostgresSignals } from './store/postgresSignals.js';
import { Presence } from './store/presence.js';
import type { Signals, Stop } from './store/signals.js';
import { OPERATOR_TENANT, Store, wake } from './store/store.js';

/** XML of this size is read, or held against its signature, in less than 50 ms, whatever it says. */
const XML_HERE_BYTES = 64 * 1024;

/** With less than this free a disk counts as full: an import may bring a gigabyte, a checkpoint needs some. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

/** News of keys this soon after this process read them are its own. */
const OWN_NEWS_MS = 5_000;

/** Declarations counted again in one transaction. */
const RECOUNTED = 200;

export interface GatewayOptions {
  config: Config;
  clock: Clock;
  log: Log;
  /** Keys held by this gateway; `describe` never shows key material. */
  signers: SignerRegistry & { held(): HeldKey[]; cards?(): number; reload(): void; close?(): Promise<void> };
  /** The connection to the port; undefined when none is set up, then messages stay queued. */
  transport: Transport | undefined;
  /** The way to customs for raw payment data; undefined when none is set up. */
  paymentDataPort?: PaymentDataPort | undefined;
  /** Message families beside those of the project. */
  families?: readonly Family[];
  /** What processes tell each other by, beside the database whose signals it gets; those alone when left out. */
  openSignals?: ((own: Signals, store: Store) => Promise<Signals>) | undefined;
  /** Folder with messages, codes and regimes; the project's own when left out. */
  mappings?: string;
}

/** One running gateway: its store, its rules and its journey. The edges (http, workers, cli) take what they need from it. */
export class Gateway {
  readonly version: string = packageVersion();
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly transport: Transport | undefined;
  readonly paymentDataPort: PaymentDataPort | undefined;
  readonly catalogue: Catalogue;
  readonly rates: Rates;
  readonly journey: Journey;
  readonly view: View;
  readonly readOptions: Rulebook['readOptions'];
  /** Reads what requests bring, apart from the process. */
  readonly reading: Reading;
  /** Reads the tables people upload (goods, registry, warehouses), apart from the process and from other requests. */
  readonly tables: Reading;
  /** Makes the files people ask for (PDF, Excel), apart from the process. */
  readonly printing = new Printing();
  private readonly readingHere: ReadingHere;
  private readonly receipts: Reading;
  private readonly readers: Readers;
  private readonly readings = new Set<Reading>();
  private readonly closers = new Set<() => void>();
  private keysReadAt = Number.NEGATIVE_INFINITY;
  private heardOfKeys: Promise<Stop> | undefined;
  private readonly keyReaders = new Set<() => Promise<void>>();

  private constructor(
    private readonly options: GatewayOptions,
    readonly rulebook: Rulebook,
    readonly store: Store,
    /** What processes tell each other: when to look, how fast to send, what comes round again. */
    readonly signals: Signals,
    /** Tells when a newer program changed the database under this one. */
    readonly presence: Presence,
    private readonly database: RunningDatabase | undefined,
  ) {
    this.config = options.config;
    this.clock = options.clock;
    this.log = options.log;
    this.transport = options.transport;
    this.paymentDataPort = options.paymentDataPort;
    this.catalogue = rulebook.catalogue;
    this.rates = rulebook.rates;
    const { mappings } = options;
    this.readers = new Readers({ imported: options.config.dataDir, ...(mappings && { mappings }) });
    const shared = new Room(REQUESTS_MB);
    this.reading = this.newReading(requestLimits, shared);
    this.tables = this.newReading(tableLimits, shared);
    this.receipts = this.newReading(receiptLimits, shared);
    this.view = {
      statuses: rulebook.statuses,
      codes: rulebook.catalogue.codes,
      taxRecords: rulebook.sheets.taxRecords,
      verify: (bytes, asked) =>
        bytes.length > XML_HERE_BYTES ? this.reading.signature(bytes, asked) : verifyMessage(bytes, asked),
    };
    this.readOptions = rulebook.readOptions;
    this.readingHere = new ReadingHere(rulebook.readOptions, { ...rulebook, clock: options.clock });
    const port = options.config.transport;
    if (port.kind === 'http' && !port.allowLiveHost) explainSandboxCodes();
    this.journey = new Journey({
      ...rulebook,
      clock: options.clock,
      readReceipts: (bytes, origin) => this.readReceipts(bytes, origin),
      signers: options.signers,
      keysHeld: () => options.signers.held().map(({ enterprise }) => enterprise),
      profile: signingProfiles().named(options.config.signatureProfile),
      transfer: { ...options.config.transfer, dxpMode: 'DXP' },
      batch: options.config.batch,
    });
  }

  /** Reads the mappings, opens (or starts) the database and brings it to the newest schema. */
  static async open(options: GatewayOptions): Promise<Gateway> {
    const rulebook = loadRulebook(options.clock, options.config.dataDir, options.families, options.mappings);
    const database = options.config.databaseUrl
      ? undefined
      : await openEmbedded(join(options.config.dataDir, 'postgres'), (line) =>
          options.log.debug({ postgres: line }),
        );
    const url = options.config.databaseUrl ?? database?.url ?? '';
    const store = new Store(url);
    let signals: Signals = new PostgresSignals(store, url);
    let presence: Presence | undefined;
    try {
      const applied = await migrate(store);
      presence = await Presence.begin(url, outgrown);
      if (applied.length > 0) options.log.info({ applied }, 'database schema is up to date');
      if (options.openSignals) signals = await options.openSignals(signals, store);
      const gateway = new Gateway(options, rulebook, store, signals, presence, database);
      const filled = await fillMissingRates(store, rulebook.rates, rulebook.countingRule, async (tx, ids) => {
        await gateway.journey.count(tx, ids);
        await gateway.journey.countHistory(tx, ids);
      });
      if (filled > 0) options.log.info({ filled }, 'counting records got the rate they lacked');
      await gateway.releaseWaiting();
      return gateway;
    } catch (error) {
      await signals.close();
      await presence?.close();
      await store.close();
      await database?.close();
      throw error;
    }
  }

  /** Lets documents go that waited for a key which is held now. */
  async releaseWaiting(): Promise<number> {
    return releaseWaitingForKeys(this.store, this.options.signers, (tx, ids) =>
      this.journey.refresh(tx, ids),
    );
  }

  /** The orders of a request with every fault of each; all but small bodies are read apart from the process. Throws A24 when that takes too long. */
  async *readChecked(body: Buffer, file: OrderFile): AsyncGenerator<ReadOrder[]> {
    const here = await this.readingHere.orders(body, file);
    if (here) yield here;
    else yield* this.reading.orders(oneChunk(body), file, 'A24');
  }

  /** A lane that reads files apart from the process and from other lanes, one after the other. */
  fileReading(smallOnly = false): ReadChecked {
    const reading = this.newReading(smallOnly ? smallFileLimits : fileLimits);
    return (chunks, file) => reading.orders(chunks, file);
  }

  private newReading(limits: ReaderLimits, room?: Room): Reading {
    const reading = new Reading(limits, this.readers, room);
    this.readings.add(reading);
    return reading;
  }

  /** Only families of the project are known apart from the process. */
  private async readReceipts(bytes: Buffer, origin: string): Promise<ReadFile> {
    return bytes.length > XML_HERE_BYTES && !this.options.families
      ? this.receipts.receipts(bytes, origin)
      : readReceiptFile(bytes, this.rulebook, origin);
  }

  /** Reads the keys again, after some were added or renewed; what waited for them goes on. Returns how many documents. */
  async reloadKeys(): Promise<number> {
    this.keysReadAt = performance.now();
    await this.readKeys();
    await tryKeysNow(this.store);
    const released = await this.releaseWaiting();
    await wake(this.store, 'keys', 'prepare');
    return released;
  }

  /** Has `done` called whenever this process has read its keys again. */
  onKeysRead(done: () => Promise<void>): Stop {
    this.keyReaders.add(done);
    return async () => void this.keyReaders.delete(done);
  }

  private async readKeys(): Promise<void> {
    this.options.signers.reload();
    await Promise.all([...this.keyReaders].map((done) => done()));
  }

  /** Reads the keys again whenever a person has them read in another process, and lets go what waited for them. */
  async hearOfKeys(): Promise<void> {
    this.heardOfKeys ??= this.signals.onNews((kind) => {
      // What this process told itself is no reason to show a card its PIN once more.
      if (kind !== 'keys' || performance.now() - this.keysReadAt <= OWN_NEWS_MS) return;
      this.readKeysAgain().catch((error: unknown) =>
        this.log.error({ err: error }, 'keys cannot be read again'),
      );
    });
    await this.heardOfKeys;
  }

  private async readKeysAgain(): Promise<void> {
    await this.readKeys();
    // Documents may have come to be signed here before their key was heard of.
    await this.releaseWaiting();
  }

  /** What corrections, resubmissions and deletions need of this gateway. */
  correctionContext(): CorrectionContext {
    const { journey } = this;
    const { signers, numbers, storeFault, yearLimitsOf, yearLimitFault, returnMessages } =
      journey.acceptContext('');
    return {
      clock: this.clock,
      catalogue: this.catalogue,
      messages: this.rulebook.messages,
      reading: {
        ...this.readOptions,
        perLine: this.catalogue.forms.flatMap((form) => listsPerLine(form.mapping)),
      },
      signers,
      numbers,
      storeFault,
      yearLimitsOf,
      yearLimitFault,
      returnMessages,
      check: (order, underWay) => journey.check(order, underWay),
      checkRegistry: (order, enterprises) => journey.checkRegistry(order, enterprises),
      concernedBy: (db, tenants, declarationId, order) => concernedBy(db, tenants, { declarationId, order }),
      planOfMessage: (messageType) => journey.planOfMessage(messageType),
      messagesOf: (order) => journey.documentsOf(order).map((document) => document.mapping.message),
      isOffered: (regime, ieFlag) => journey.planOf(regime, ieFlag).length > 0,
      refresh: (tx, ids) => journey.refresh(tx, ids),
    };
  }

  /** Counts what these enterprises declared (here, or as files of history say) once more, after the registry changed where they stand; figures get new versions. */
  async recount(codes: readonly string[]): Promise<number> {
    const declarations = await declarationsOf(this.store, codes);
    const history = await historyOf(this.store, codes);
    for (let at = 0; at < declarations.length; at += RECOUNTED)
      await this.store.transaction((tx) => this.journey.count(tx, declarations.slice(at, at + RECOUNTED)));
    for (let at = 0; at < history.length; at += RECOUNTED)
      await this.store.transaction((tx) => this.journey.countHistory(tx, history.slice(at, at + RECOUNTED)));
    return declarations.length + history.length;
  }

  /** How many u-keys are held: each makes one signature at a time, slowly. */
  get cards(): number {
    return this.options.signers.cards?.() ?? 0;
  }

  /** Finds the signer of an enterprise. */
  get signers(): SignerRegistry {
    return this.options.signers;
  }

  /** What figures are made of, frozen and signed with. */
  get figures(): SnapshotContext {
    const { rates, countingRule, countryGroups, exchangeFields: dictionary, catalogue } = this.rulebook;
    const { signers } = this.options;
    return {
      rates,
      countingRule,
      countryGroups,
      dictionary,
      codes: catalogue.codes,
      signers,
      signerCode: this.config.transfer.copCode,
    };
  }

  signingKeys(): HeldKey[] {
    return this.options.signers.held();
  }

  hasTestKeys(): boolean {
    return this.signingKeys().some((k) => k.test);
  }

  /** True while the operator has paused sending. */
  async paused(): Promise<boolean> {
    const { rows } = await this.store.query<{ value: string }>(
      `select value from switches where tenant_id = $1 and name = 'dispatch'`,
      [OPERATOR_TENANT],
    );
    return rows[0]?.value === 'paused';
  }

  /**
   * Why nothing can be taken in now; undefined when all is well. PostgreSQL keeps room for its next pages, so that a small
   * write succeeds on a disk that has no place for an import: of the embedded database the free space is asked as well.
   */
  async notReady(): Promise<'disk full' | 'database unreachable or full' | undefined> {
    try {
      if (this.database && (await this.database.freeBytes()) < LEAST_FREE_BYTES) return 'disk full';
      // A write: a full disk takes none, a lost database neither.
      await this.store.query(
        `insert into readiness (at) values (now()) on conflict (id) do update set at = now()`,
      );
      return undefined;
    } catch (error) {
      this.log.warn({ err: error }, 'not ready');
      return 'database unreachable or full';
    }
  }

  /** Where people reach the console. */
  get publicUrl(): string {
    return this.config.publicUrl ?? `http://${this.config.host}:${this.listeningPort ?? this.config.port}`;
  }

  /** The port the server really listens on, when the setting left it open. */
  listeningPort: number | undefined;

  activationLink(token: string): string {
    return `${this.publicUrl.replace(/\/$/, '')}/activate?token=${encodeURIComponent(token)}`;
  }

  /** Registers how an open stream to a console is ended; returns how to take that back. */
  onClose(closer: () => void): () => void {
    this.closers.add(closer);
    return () => this.closers.delete(closer);
  }

  endStreams(): void {
    for (const closer of [...this.closers]) closer();
  }

  async close(): Promise<void> {
    this.endStreams();
    for (const reading of this.readings) reading.close();
    this.printing.close();
    await this.transport?.close();
    await this.options.signers.close?.();
    await this.signals.close();
    await this.presence.close();
    await this.store.close();
    await this.database?.close();
  }
}

function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '0';
}
