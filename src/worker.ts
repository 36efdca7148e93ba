import { hostname } from 'node:os';
import { awardUpkeep } from './awards/upkeep.js';
import { Loop } from './base/loop.js';
import { defaultSchedule, type Dispatcher } from './dispatch/dispatcher.js';
import type { Schedule } from './dispatch/outbox.js';
import { awardRegister } from './registry/awardInputs.js';
import type { Gateway } from './gateway.js';
import { workBatches } from './filings/batches.js';
import { runNextImport } from './intake/imports.js';
import { forgetUnfinishedUploads } from './intake/receiveImport.js';
import { uploadNext } from './paymentData/upload.js';
import { auditUpkeep } from './evidence/roots.js';
import { figuresUpkeep } from './views/figures/upkeep.js';
import type { Wake } from './store/store.js';
import { refreshStatistics } from './store/statistics.js';
import { sweepOnce } from './sweeps/sweep.js';

const PARALLEL_PREPARE = 2;
const PARALLEL_SEND = 8;
const POLL_MS = 15_000;
const SWEEP_MS = 60_000;
const UPKEEP_MS = 600_000;
const AUDIT_MS = 2_000;
const STATISTICS_MS = 2_000;

/** The loops that carry declarations on; any number of processes may run them on one database. */
export class Workers {
  private readonly loops: Loop[] = [];
  private readonly abort = new AbortController();
  private stopping = false;
  private dispatcher: Dispatcher | undefined;
  private unsubscribe: (() => void) | undefined;
  private readonly pokes = new Map<Wake, Loop[]>();

  constructor(
    private readonly gateway: Gateway,
    private readonly schedule: Schedule = defaultSchedule,
  ) {}

  async start(): Promise<void> {
    const { gateway } = this;
    const { store, journey, log, transport } = gateway;
    await forgetUnfinishedUploads(store);
    for (let i = 0; i < PARALLEL_PREPARE; i++)
      this.add('prepare', 'prepare', async () => (await journey.prepare(store, log)) > 0, 2_000);
    this.add('receipts', 'receipts', async () => (await journey.apply(store, log)) > 0, 2_000);
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
      this.add(smallOnly ? 'small-imports' : 'imports', 'imports', () => runNextImport(context), 5_000);
    }
    const filings = journey.filingContext();
    this.add('filings', 'filings', () => workBatches(store, filings, log), 5_000);
    this.add(
      'figures',
      undefined,
      figuresUpkeep({
        store,
        figures: gateway.figures,
        count: (tx, ids) => journey.count(tx, ids),
        clock: gateway.clock,
        log,
        stopping: () => this.stopping,
      }),
      15_000,
    );
    this.add(
      'awards',
      undefined,
      awardUpkeep(
        { store, book: gateway.rulebook.policies, rates: gateway.rates, register: awardRegister(store) },
        log,
      ),
      UPKEEP_MS,
    );
    this.add('audit', undefined, auditUpkeep(store, log), AUDIT_MS);
    this.add(
      'statistics',
      undefined,
      async () => {
        await refreshStatistics(store);
        return false;
      },
      STATISTICS_MS,
    );
    const sweep = journey.sweepContext(log);
    this.add(
      'sweep',
      undefined,
      async () => {
        await sweepOnce(store, sweep, log);
        return false;
      },
      SWEEP_MS,
    );
    if (transport) {
      const dispatcher = journey.dispatcher({
        store,
        transport,
        log,
        worker: `${hostname()}:${process.pid}`,
        schedule: this.schedule,
        parallel: PARALLEL_SEND,
        pace: gateway.config.pace,
        paused: () => gateway.paused(),
        freed: () => loop.poke(),
      });
      const loop = this.add('dispatch', 'dispatch', () => dispatcher.step(), 500);
      this.dispatcher = dispatcher;
      this.add(
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
      this.add(
        'payment data',
        'dispatch',
        () =>
          uploadNext({ store, port, signers: gateway.signers, clock: gateway.clock, log }, this.abort.signal),
        5_000,
      );
    this.unsubscribe = await store.subscribe((wake) => {
      for (const loop of this.pokes.get(wake) ?? []) loop.poke();
    });
    for (const loop of this.loops) loop.start();
  }

  private add(name: string, wake: Wake | undefined, step: () => Promise<boolean>, idleMs: number): Loop {
    const loop = new Loop(name, step, idleMs, this.gateway.log);
    this.loops.push(loop);
    if (wake) this.pokes.set(wake, [...(this.pokes.get(wake) ?? []), loop]);
    return loop;
  }

  /** Ends long polls, lets transactions under way finish, then returns. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.unsubscribe?.();
    this.abort.abort();
    const loops = Promise.all(this.loops.map((loop) => loop.stop()));
    this.dispatcher?.abandon();
    await loops;
    // Only now nothing more is leased.
    await this.dispatcher?.settled();
  }
}
