import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '../src/base/root.js';

/** One `gateway …` process of the demo. */
export interface Started {
  process: ChildProcess;
  /** Everything it wrote on stderr that is not a log line. */
  said(): string;
  stop(): Promise<void>;
}

/** Starts a command of the command line and waits until it says `ready`; throws with its words when it ends before. */
export async function start(args: string[], env: Record<string, string>, ready: RegExp): Promise<Started> {
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'cli.js'), ...args], {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const started: Started = {
    process: child,
    said: () => said,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
  await new Promise<void>((resolve, reject) => {
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      for (const line of text.split('\n')) if (!line.startsWith('{')) said += `${line}\n`;
      if (ready.test(said)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`gateway ${args.join(' ')} ended with ${code}:\n${said}`)));
    child.once('error', reject);
  });
  return started;
}

/** `wanted` when nothing listens there, any free port otherwise. */
export async function freePort(wanted: number): Promise<number> {
  const attempt = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        const got = typeof address === 'object' && address ? address.port : undefined;
        server.close(() => resolve(got));
      });
    });
  return (await attempt(wanted)) ?? (await attempt(0)) ?? wanted;
}
