import type { Log } from './log.js';

/**
 * Runs `step` again and again: at once while it reports more work, otherwise when poked or after `idleMs`. A step that
 * throws is logged and tried again after a growing pause, so that a lost database does not end the process.
 */
export class Loop {
  private running: Promise<void> | undefined;
  private stopping = false;
  private poked = false;
  private wakeUp: (() => void) | undefined;
  private resting: { promise: Promise<void>; resolve(): void } | undefined;

  constructor(
    private readonly name: string,
    private readonly step: () => Promise<boolean>,
    private readonly idleMs: number,
    private readonly log: Log,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** There may be work now. Resolves when a step found no more, or failed. */
  poke(): Promise<void> {
    this.poked = true;
    this.wakeUp?.();
    if (this.stopping) return Promise.resolve();
    if (!this.resting) {
      let resolve = () => undefined as void;
      const promise = new Promise<void>((done) => (resolve = done));
      this.resting = { promise, resolve };
    }
    return this.resting.promise;
  }

  /** Lets the step under way finish, then ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp?.();
    await this.running;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      let more = false;
      this.poked = false;
      try {
        more = await this.step();
        failures = 0;
      } catch (error) {
        failures++;
        if (!this.stopping) this.log.error({ loop: this.name, err: error }, 'step failed');
      }
      if (this.stopping || more || this.poked) continue;
      this.rest();
      await this.pause(failures === 0 ? this.idleMs : Math.min(30_000, 250 * 2 ** failures));
    }
    this.rest();
  }

  private rest(): void {
    this.resting?.resolve();
    this.resting = undefined;
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = undefined;
  }
}
