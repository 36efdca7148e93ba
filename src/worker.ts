import { hostname } from 'node:os';
import { awardUpkeep } from './awards/upkeep.js';
import { Loop } from './base/loop.js';
import { defaultSchedule, type Dispatcher } from './dispatch/dispatcher.js';
import type { Schedule } from './dispatch/outbox.js';
import { awardRegister } from './registry/awardInputs.js';
import { Gathering } from './documents/gathering.js';
import type { Gateway } from './gateway.js';
import { workBatches } from './filings/batches.js';
import { runNextImport } from './intake/imports.js';
import { forgetUnfinishedUploads } from './intake/receiveImport.js';
import { uploadNext } from './paymentData/upload.js';
import { auditUpkeep } from './evidence/roots.js';
import { figuresUpkeep } from './views/figures/upkeep.js';
import type { Stop } from './store/signals.js';
import type { Wake } from './store/store.js';
import { refreshStatistics } from './store/statistics.js';
import { sweepOnce } from './sweeps/sweep.js';

const PARALLEL_PREPARE = 2;
/** While a u-key signs, a message waits with a connection to the database: of more u-keys no more work at once. */
const MOST_CARDS = 4;
/** One reads files while the database works for the other. */
const PARALLEL_APPLY = 2;
const PARALLEL_SEND = 8;
const POLL_MS = 15_000;
const SWEEP_MS = 60_000;
const UPKEEP_MS = 600_000;
const AUDIT_MS = 2_000;
const STATISTICS_MS = 2_000;
const FIGURES_MS = 15_000;
const UPLOADS_MS = 3_600_000;
/** Repeated work that nobody asked for in so many of its periods is looked at anyway. */
const PERIODS_AT_MOST = 10;

/** The loops that carry declarations on; any number of processes may run them on one database. */
export class Workers {
  private readonly loops: Loop[] = [];
  private readonly abort = new AbortController();
  private stopping = false;
  private dispatcher: Dispatcher | undefined;
  private readonly stops: Stop[] = [];
  private lanes = 0;
  private readonly preparing: Loop[] = [];
  /** Lanes of receipts that found some the last time. */
  private readonly applying = new Set<number>();
  private readonly gathering = new Gathering(
    () => this.applying.size > 0,
    () => {
      for (const lane of this.preparing) void lane.poke();
    },
  );

  constructor(
    private readonly gateway: Gateway,
    private readonly schedule: Schedule = defaultSchedule,
  ) {}

  async start(): Promise<void> {
    const { gateway } = this;
    const { store, signals, journey, log, transport } = gateway;
    await gateway.hearOfKeys();
    await this.addLanes();
    this.stops.push(
      gateway.onKeysRead(async () => {
        for (const lane of await this.addLanes()) lane.start();
      }),
    );
    for (let lane = 0; lane < PARALLEL_APPLY; lane++)
      await this.add('receipts', 'receipts', this.applyStep(lane), 2_000);
    for (const smallOnly of [false, true]) {
      const context = {
        store,
        journey,
        log,
        read: gateway.fileReading(smallOnly),
        goodsFields: gateway.rulebook.goodsFields,
        smallOnly,
        stopping: () => this.stopping,
      };
      await this.add(smallOnly ? 'small-imports' : 'imports', 'imports', () => runNextImport(context), 5_000);
    }
    const filings = journey.filingContext();
    await this.add('filings', 'filings', () => workBatches(store, filings, log), 5_000);
    await this.repeat(
      'figures',
      figuresUpkeep({
        store,
        figures: gateway.figures,
        count: (tx, ids) => journey.count(tx, ids),
        clock: gateway.clock,
        log,
        stopping: () => this.stopping,
      }),
      FIGURES_MS,
    );
    await this.repeat(
      'awards',
      awardUpkeep(
        { store, book: gateway.rulebook.policies, rates: gateway.rates, register: awardRegister(store) },
        log,
      ),
      UPKEEP_MS,
    );
    await this.repeat('audit', auditUpkeep(store, log), AUDIT_MS);
    await this.repeat(
      'statistics',
      once(() => refreshStatistics(store)),
      STATISTICS_MS,
    );
    const sweep = journey.sweepContext(log);
    await this.repeat(
      'sweep',
      once(() => sweepOnce(store, sweep, log)),
      SWEEP_MS,
    );
    await this.repeat(
      'uploads',
      once(() => forgetUnfinishedUploads(store)),
      UPLOADS_MS,
    );
    if (transport) {
      const dispatcher = journey.dispatcher({
        store,
        signals,
        transport,
        log,
        worker: `${hostname()}:${process.pid}`,
        schedule: this.schedule,
        parallel: PARALLEL_SEND,
        pace: gateway.config.pace,
        paused: () => gateway.paused(),
        freed: () => void loop.poke(),
      });
      const loop = await this.add('dispatch', 'dispatch', () => dispatcher.step(), 500);
      this.dispatcher = dispatcher;
      await this.add(
        'fetch',
        undefined,
        async () => {
          const more = await journey.receive(store, transport, POLL_MS, this.abort.signal);
          return more && !this.stopping;
        },
        1_000,
      );
    }
    const { paymentDataPort: port } = gateway;
    if (port)
      await this.add(
        'payment data',
        'dispatch',
        () =>
          uploadNext({ store, port, signers: gateway.signers, clock: gateway.clock, log }, this.abort.signal),
        5_000,
      );
    for (const loop of this.loops) loop.start();
  }

  /** Applies receipts; while any lane does, documents that become ready gather for fuller messages. */
  private applyStep(lane: number): () => Promise<boolean> {
    const { store, journey, log } = this.gateway;
    return async () => {
      let more = false;
      try {
        more = (await journey.apply(store, log)) > 0;
      } finally {
        if (more) this.applying.add(lane);
        else this.applying.delete(lane);
        if (this.applying.size === 0) this.gathering.release();
      }
      return more;
    };
  }

  /** As many lanes that make messages as the keys held now have work for; those there are stay. Returns the new ones. */
  private async addLanes(): Promise<Loop[]> {
    const { store, journey, log, cards } = this.gateway;
    const added: Promise<Loop>[] = [];
    for (; this.lanes < PARALLEL_PREPARE + Math.min(cards, MOST_CARDS); this.lanes++)
      added.push(
        this.add(
          'prepare',
          'prepare',
          async () => (await journey.prepare(store, log, this.gathering)) > 0,
          2_000,
        ),
      );
    const lanes = await Promise.all(added);
    this.preparing.push(...lanes);
    return lanes;
  }

  private async add(
    name: string,
    wake: Wake | undefined,
    step: () => Promise<boolean>,
    idleMs: number,
  ): Promise<Loop> {
    const loop = new Loop(name, step, idleMs, this.gateway.log);
    this.loops.push(loop);
    if (wake) this.stops.push(await this.gateway.signals.onWork(wake, () => loop.poke()));
    return loop;
  }

  /** Work that one of all processes does every `everyMs`, and each at its start. */
  private async repeat(name: string, step: () => Promise<boolean>, everyMs: number): Promise<void> {
    const loop = await this.add(name, undefined, step, everyMs * PERIODS_AT_MOST);
    this.stops.push(await this.gateway.signals.repeat(name, everyMs, () => loop.poke()));
  }

  /** Ends long polls, lets transactions under way finish, then returns. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.abort.abort();
    await Promise.all(this.stops.map((stop) => stop()));
    const loops = Promise.all(this.loops.map((loop) => loop.stop()));
    this.dispatcher?.abandon();
    await loops;
    this.gathering.stop();
    // Only now nothing more is leased.
    await this.dispatcher?.settled();
  }
}

/** Work that is done at once: there is never more of it. */
const once = (work: () => Promise<unknown>) => async () => {
  await work();
  return false;
};
