import type { CertifiedSigner } from './key-file.js';

interface Member {
  signer: CertifiedSigner;
  /** Signatures under way. */
  busy: number;
  /** Signatures made, so that equally busy keys take turns. */
  made: number;
  failures: number;
  /** Milliseconds of the monotonic clock until which the key is left alone. */
  outUntil: number;
}

export interface PoolOptions {
  /** Pause after the first failure; doubled with each further one. */
  pauseMs?: number;
  longestPauseMs?: number;
  /** Milliseconds that only grow; the wall clock may jump. */
  now?: () => number;
}

/** How one key of a pool does, for people. */
export interface PoolMember {
  keyName: string;
  busy: number;
  made: number;
  out: boolean;
}

/**
 * Several keys of one enterprise. Every message is signed by one of them: the least busy, of equals the one that made
 * fewest. A key that fails leaves the pool for a while; the next message it gets afterwards is its probe: it returns
 * with success and leaves for twice as long otherwise.
 */
export class SignerPool {
  private readonly members: Member[];
  private readonly pauseMs: number;
  private readonly longestPauseMs: number;
  private readonly now: () => number;

  constructor(signers: readonly CertifiedSigner[], options: PoolOptions = {}) {
    this.members = signers.map((signer) => ({ signer, busy: 0, made: 0, failures: 0, outUntil: 0 }));
    this.pauseMs = options.pauseMs ?? 5_000;
    this.longestPauseMs = options.longestPauseMs ?? 600_000;
    this.now = options.now ?? (() => performance.now());
  }

  /**
   * The key for the next message, of those `usable` accepts (a valid certificate, say). Undefined when there is none;
   * when all of them are out, the one that returns first: its failure says more than silence.
   */
  choose(usable: (signer: CertifiedSigner) => boolean = () => true): CertifiedSigner | undefined {
    const able = this.members.filter(({ signer }) => usable(signer));
    const in_ = able.filter((member) => !this.isOut(member));
    const [member] = in_.length > 0 ? in_.sort(byLoad) : able.sort((a, b) => a.outUntil - b.outUntil);
    return member && this.watched(member);
  }

  /** True while every key that is not out makes a signature. */
  isBusy(): boolean {
    const in_ = this.members.filter((member) => !this.isOut(member));
    return in_.length > 0 && in_.every(({ busy }) => busy > 0);
  }

  describe(): PoolMember[] {
    return this.members.map((member) => ({
      keyName: member.signer.keyName,
      busy: member.busy,
      made: member.made,
      out: this.isOut(member),
    }));
  }

  private isOut(member: Member): boolean {
    // While its probe is under way a key gets no second message.
    return this.now() < member.outUntil || (member.failures > 0 && member.busy > 0);
  }

  private watched(member: Member): CertifiedSigner {
    return {
      ...member.signer,
      sign: async (signedInfo) => {
        member.busy++;
        try {
          const signature = await member.signer.sign(signedInfo);
          member.made++;
          member.failures = 0;
          return signature;
        } catch (error) {
          member.failures++;
          const pause = Math.min(this.longestPauseMs, this.pauseMs * 2 ** (member.failures - 1));
          member.outUntil = this.now() + pause;
          throw error;
        } finally {
          member.busy--;
        }
      },
    };
  }
}

const byLoad = (a: Member, b: Member): number => a.busy - b.busy || a.made - b.made;
