import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './gateway.js';
import { freePort } from './ports.js';

/** A real Redis of a test, on a port of its own; it keeps nothing on disk, as Debian's does by default. */
export class TestRedis {
  readonly url: string;
  private child: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly dir: string,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async begin(): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), mkdtempSync(join(tmpdir(), 'gateway-redis-')));
    await redis.start();
    return redis;
  }

  /** Starts it (again, on the same port, empty) and waits until it answers. */
  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', [...args, '--dir', this.dir], { stdio: 'ignore' });
    let failed: Error | undefined;
    child.once('error', (error) => (failed = error));
    this.child = child;
    await eventually(
      async () => {
        if (failed) throw failed;
        return this.command('PING').catch(() => '');
      },
      (answer) => answer.startsWith('+PONG'),
    );
  }

  /** Ends it without a word, as a power cut would. */
  async kill9(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Forgets everything it holds. */
  async flush(): Promise<void> {
    await this.command('FLUSHALL');
  }

  /** Changes a setting while it runs. */
  async set(name: string, value: string): Promise<void> {
    await this.command(`CONFIG SET ${name} ${value}`);
  }

  async end(): Promise<void> {
    await this.kill9();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private command(words: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${words}\r\n`));
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.once('error', reject);
    });
  }
}
