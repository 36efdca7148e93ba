import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand, type Command } from '../support/commands.js';
import { eventually } from '../support/gateway.js';

const SIZE_MB = 320;
const dir = mkdtempSync(join(tmpdir(), 'gateway-small-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0755`, 'tmpfs', dir]);
const why = mounted.status === 0 ? '' : (mounted.stderr ?? mounted.error).toString().trim();
const unmount = () => {
  spawnSync('umount', ['-l', dir]);
  rmSync(dir, { recursive: true, force: true });
};

// A disk of its own is needed that may be filled: without the right to mount one this promise is not shown.
(why === '' ? describe : describe.skip)(
  `a disk that is full${why === '' ? '' : ` (left out: a tmpfs cannot be mounted here, it needs root: ${why})`}`,
  () => {
    const filling = join(dir, 'filling');
    const settings = { GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dir, GATEWAY_LOG_LEVEL: 'error' };
    let command: Command;
    let url = '';
    const asked = async () => {
      const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
      const said = (await answer?.json().catch(() => ({}))) as { status?: string } | undefined;
      return { code: answer?.status, status: said?.status };
    };

    beforeAll(async () => {
      chmodSync(dir, 0o755);
      command = startCommand(['serve'], settings);
      url = await eventually(
        async () => /http:\/\/127\.0\.0\.1:\d+/.exec(command.stderr())?.[0] ?? '',
        (found) => found !== '' || command.child.exitCode !== null,
        120_000,
      );
    }, 150_000);
    afterAll(async () => {
      await command.stop();
      unmount();
    });

    test('is noticed: not ready while nothing can be stored, ready again by itself when there is room', async () => {
      expect(await eventually(asked, ({ code }) => code === 200, 60_000)).toEqual({
        code: 200,
        status: 'ready',
      });

      const file = openSync(filling, 'w');
      expect(() => {
        for (;;) writeSync(file, Buffer.alloc(1 << 20));
      }).toThrow('ENOSPC');
      closeSync(file);
      const { bavail } = statfsSync(dir);
      expect(bavail).toBe(0);
      expect(await asked()).toEqual({ code: 503, status: 'disk full' });
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      // Whoever asks is told at once, and leaves nothing behind that would keep the next start waiting.
      const doctor = startCommand(['doctor'], settings);
      expect(await doctor.ended).toBe(1);
      expect(doctor.stderr()).toMatch(
        /^C06 .*\n.*\n {2}The data folder cannot be written: the disk is full$/m,
      );
      expect(existsSync(join(dir, 'postgres', 'starting.pid'))).toBe(false);

      rmSync(filling);
      expect(await eventually(asked, ({ code }) => code === 200, 60_000)).toEqual({
        code: 200,
        status: 'ready',
      });
    }, 150_000);
  },
);
if (why !== '') afterAll(unmount);
