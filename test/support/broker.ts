import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { createServer as createTlsServer } from 'node:tls';
import { join } from 'node:path';

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const START_MS = 60_000;

export interface Broker {
  /** Host and port, without user and password (guest, guest). */
  url: string;
  port: number;
  /** As a power cut would. */
  kill(): Promise<void>;
  /** Again, with what it kept. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A RabbitMQ of its own on free ports of this machine; nothing of it stays. */
export async function startBroker(): Promise<Broker> {
  const dir = mkdtempSync(join(tmpdir(), 'broker-'));
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(
    join(dir, 'rabbitmq.conf'),
    `listeners.tcp.1 = 127.0.0.1:${port}\nlog.console = false\nlog.file.level = error\n`,
  );
  writeFileSync(join(dir, 'plugins'), '[].');
  const env = {
    PATH: process.env.PATH,
    HOME: dir,
    RABBITMQ_MNESIA_BASE: join(dir, 'db'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none',
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  const run = (command: string, args: string[] = []) =>
    spawn(command, args, { env, detached: true, stdio: 'ignore' });
  // Started here so that Erlang does not leave one of its own behind.
  const names = run('epmd');
  let server: ChildProcess;
  const start = async () => {
    server = run(SERVER);
    const until = Date.now() + START_MS;
    while (!(await speaks(port))) {
      if (server.exitCode !== null || Date.now() > until) throw new Error('RabbitMQ does not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const kill = () => end(server, 'SIGKILL');
  try {
    await start();
  } catch (error) {
    await end(names, 'SIGKILL');
    throw error;
  }
  return {
    url: `amqp://127.0.0.1:${port}`,
    port,
    kill,
    start,
    close: async () => {
      await kill();
      await end(names, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, signal);
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether a broker answers the greeting of AMQP 0-9-1. */
function speaks(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('AMQP\0\0\x09\x01'));
    const done = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

export interface Relay {
  url: string;
  /** From now on nothing of the broker comes through, while what is sent still goes to it. */
  mute(): void;
  /** Cuts every connection; the next ones work. */
  cut(): void;
  /** Bytes that went to the broker. */
  readonly sent: Buffer[];
  close(): Promise<void>;
}

/** Stands between a client and the broker, so that a connection can be cut at a chosen moment; with a certificate it speaks TLS. */
export async function relayTo(
  broker: { port: number },
  certificate?: { key: string; cert: string },
): Promise<Relay> {
  const sent: Buffer[] = [];
  const sockets = new Set<Socket>();
  let muted = false;
  const relay = (client: Socket) => {
    const on = connect(broker.port, '127.0.0.1');
    for (const [one, other] of [
      [client, on],
      [on, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      sent.push(bytes);
      on.write(bytes);
    });
    on.on('data', (bytes: Buffer) => {
      if (!muted) client.write(bytes);
    });
  };
  const server = certificate ? createTlsServer(certificate, relay) : createServer(relay);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    muted = false;
  };
  return {
    url: `amqp${certificate ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    mute: () => (muted = true),
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
