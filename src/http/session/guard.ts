import type { Request, Response } from 'express';
import type { Store } from '../../store/store.js';
import { knownDevice, newDevice } from '../../enterprises/devices.js';
import { cookieOf } from '../auth.js';
import type { Signals } from '../../store/signals.js';
import { networkOf } from '../network.js';
import { Throttle } from '../throttle.js';

const DEVICE_COOKIE = 'gateway_device';
const FIVE_MINUTES = 300;
const DEVICE_DAYS = 180;

/**
 * Holds guessing back without locking the owner out. Wrong tries count per address and network (10), per network over all
 * addresses (50: one password sprayed over many accounts), and per address over all networks (100: one account guessed at from
 * many places). Whoever signed in from a browser before is known there by a cookie and has a counter of its own, which
 * strangers cannot use up, wherever they sit.
 */
export class SignInGuard {
  private readonly pair: Throttle;
  private readonly device: Throttle;
  private readonly network: Throttle;
  private readonly account: Throttle;

  constructor(
    private readonly store: Store,
    signals: Pick<Signals, 'counters'>,
    private readonly secure: boolean,
  ) {
    const tries = (name: string, points: number) =>
      new Throttle('password', { name: `sign-in-${name}`, points, seconds: FIVE_MINUTES, signals });
    this.pair = tries('pair', 10);
    this.device = tries('device', 10);
    this.network = tries('network', 50);
    this.account = tries('account', 100);
  }

  /**
   * Counts the try before its answer is known, so that a burst of guesses gains nothing; `work` throws for a wrong one.
   * Throws A11 (429) when there were too many.
   */
  async guarded<T extends { userId: string }>(
    req: Request,
    res: Response,
    email: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const cookie = cookieOf(req, DEVICE_COOKIE);
    const known = cookie === undefined ? false : await knownDevice(this.store, cookie, email);
    const network = networkOf(req.ip);
    const account = email.toLowerCase();
    const throttle = known ? this.device : this.pair;
    const key = known ? (cookie ?? '') : `${network} ${account}`;
    await throttle.take(key);
    if (!known) {
      await this.network.take(network);
      await this.account.take(account);
    }
    const done = await work();
    await throttle.clear(key);
    if (!known) {
      await this.network.giveBack(network);
      await this.account.giveBack(account);
      res.cookie(DEVICE_COOKIE, await newDevice(this.store, done.userId), {
        httpOnly: true,
        sameSite: 'strict',
        secure: this.secure,
        path: '/v1/session',
        maxAge: DEVICE_DAYS * 86_400_000,
      });
    }
    return done;
  }
}
