import type { Command } from 'commander';
import { makeLog } from '../base/log.js';
import { readConfig } from '../base/config.js';
import type { RunningServer } from '../server.js';
import { Workers } from '../worker.js';
import { demandFreePort, openGateway } from './open.js';
import { starting, untilStopped, untilStoppedOr } from './print.js';

interface SandboxFlags {
  host: string;
  port: string;
  folder?: string;
  state?: string;
  pace: string;
}

/** The long-running commands: serve, worker, sandbox. Each ends cleanly on SIGINT or SIGTERM, and loads only what it runs. */
export function addServices(program: Command): void {
  program
    .command('serve')
    .description('启动网关：接口、控制台和后台任务 / run the gateway: API, console and workers')
    .option('--no-workers', '只提供接口和控制台 / API and console only')
    .action(
      starting(async (flags: { workers: boolean }) => {
        await demandFreePort(readConfig(process.env));
        const { startServer } = await import('../server.js');
        const gateway = await openGateway();
        let server: RunningServer | undefined;
        let workers: Workers | undefined;
        try {
          server = await startServer(gateway);
          workers = flags.workers ? new Workers(gateway) : undefined;
          await workers?.start();
          process.stderr.write(`网关已启动 / gateway is running: ${server.url}\n`);
          if (server.activation)
            process.stderr.write(
              `首次启动：请用此一次性链接设置运营方账号（72 小时内有效）\nFirst start: set up the operator with this one-time link (72 hours)\n  ${server.activation}\n`,
            );
          await untilStoppedOr(gateway.presence.outdated);
        } finally {
          await server?.close();
          await workers?.stop();
          await gateway.close();
        }
      }),
    );

  program
    .command('worker')
    .description('只运行后台任务（可多台并行）/ run the workers only (any number)')
    .action(
      starting(async () => {
        const gateway = await openGateway();
        const workers = new Workers(gateway);
        try {
          await workers.start();
          process.stderr.write('后台任务已启动 / workers are running\n');
          await untilStoppedOr(gateway.presence.outdated);
        } finally {
          await workers.stop();
          await gateway.close();
        }
      }),
    );

  program
    .command('sandbox')
    .description('启动沙箱端口（模拟单一窗口）/ run the sandbox port (plays the single window)')
    .option('--host <host>', '监听地址 / address', '127.0.0.1')
    .option('--port <port>', '监听端口 / port', '8701')
    .option('--folder <dir>', '同时监视文件夹 / also watch this folder')
    .option('--state <file>', '状态日志文件 / journal that survives a restart')
    .option('--pace <ms>', '同一报文回执之间的间隔毫秒 / milliseconds between receipts', '50')
    .action(
      starting(async (flags: SandboxFlags) => {
        const { runSandbox } = await import('../../adapters/sandbox/server.js');
        const sandbox = await runSandbox({
          host: flags.host,
          port: Number(flags.port),
          paceMs: Number(flags.pace),
          log: makeLog(process.env.GATEWAY_LOG_LEVEL ?? 'info'),
          ...(flags.folder ? { folder: flags.folder } : {}),
          ...(flags.state ? { stateFile: flags.state } : {}),
        });
        process.stderr.write(`沙箱已启动 / sandbox is running: ${sandbox.url}\n`);
        await untilStopped();
        await sandbox.close();
      }),
    );
}
