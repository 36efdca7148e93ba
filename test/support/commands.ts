import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Command as Program } from 'commander';
import { projectRoot } from '../../src/base/root.js';

const entry = join(projectRoot, process.env.GATEWAY_DIST ?? 'dist', 'src', 'cli.js');

/** One `gateway …` process of a test. */
export interface Command {
  child: ChildProcess;
  /** Everything it wrote on stderr so far. */
  stderr(): string;
  stdout(): string;
  /** Resolves when it ends, with the exit code or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
}

/** Starts the command line as a process of its own; nothing but `env` and the path comes from this process. */
export function startCommand(args: readonly string[], env: Record<string, string>): Command {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  let stdout = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1));
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    child,
    stderr: () => stderr,
    stdout: () => stdout,
    ended,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}

/**
 * Runs a command in this process, which starts no program: with what exit code it would end and what it printed. One at a
 * time; that a process of its own ends the same way is for `startCommand` to show.
 */
export async function runHere(
  add: (program: Program) => void,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  // A command line that is no command throws; it would end the process of the tests.
  const program = new Program('gateway').exitOverride();
  add(program);
  const { env: before, exitCode } = process;
  const { write: stdout } = process.stdout;
  const { write: stderr } = process.stderr;
  let out = '';
  let err = '';
  process.env = { ...before, ...env };
  process.stdout.write = ((text: string) => ((out += text), true)) as typeof stdout;
  process.stderr.write = ((text: string) => ((err += text), true)) as typeof stderr;
  try {
    process.exitCode = 0;
    await program.parseAsync([...args], { from: 'user' });
    return { code: Number(process.exitCode ?? 0), out, err };
  } finally {
    process.env = before;
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    process.exitCode = exitCode;
  }
}

/** The settings with which a process joins the gateway of a test: its database, keys and sandbox. */
export const settingsOf = (
  config: {
    dataDir: string;
    databaseUrl: string | undefined;
    transfer: { dxpId: string; copCode: string; copName: string };
  },
  sandboxUrl: string,
): Record<string, string> => ({
  GATEWAY_DATA_DIR: config.dataDir,
  DATABASE_URL: config.databaseUrl ?? '',
  GATEWAY_TRANSPORT: 'http',
  GATEWAY_PORT_URL: sandboxUrl,
  GATEWAY_DXP_ID: config.transfer.dxpId,
  GATEWAY_COP_CODE: config.transfer.copCode,
  GATEWAY_COP_NAME: config.transfer.copName,
  GATEWAY_LOG_LEVEL: 'info',
});
