import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How /health/live answered over a while, in milliseconds. */
export interface Answered {
  asked: number;
  p50: number;
  p95: number;
  max: number;
}

export interface Probe {
  /** What was measured since the last call. */
  since(): Answered;
  /** Everything since `forget`. */
  total(): Answered;
  forget(): void;
  stop(): Promise<void>;
}

/** Asks without a pause but for 20 ms; one that gets no answer counts as a minute. */
const PROGRAM = `
import { get, Agent } from 'node:http';
const agent = new Agent({ keepAlive: true });
const ask = () => new Promise((done) => {
  const from = performance.now();
  const end = (ms) => { console.log(ms.toFixed(1)); done(); };
  get(process.argv[1], { agent }, (res) => { res.resume(); res.on('end', () => end(performance.now() - from)); })
    .on('error', () => end(60000));
});
for (;;) { await ask(); await new Promise((next) => setTimeout(next, 20)); }
`;

/** Asks /health/live all along from a process of its own, so that what the test itself computes is not measured. */
export function probe(url: string): Probe {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, `${url}/health/live`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let samples: number[] = [];
  let seen = 0;
  let rest = '';
  child.stdout.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split('\n');
    rest = lines.pop() ?? '';
    samples.push(...lines.map(Number));
  });
  return {
    since() {
      const from = seen;
      seen = samples.length;
      return summary(samples.slice(from));
    },
    total: () => summary(samples),
    forget() {
      samples = [];
      seen = 0;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

function summary(samples: readonly number[]): Answered {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { asked: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
