/** The two suites the specification 202205 (§6) allows; the certificate decides which one applies. */
export type Suite = 'sm2-sm3' | 'rsa-sha1';

/**
 * The port behind which a key lives: a key file today, a u-key or a pool of either later. No key material leaves it.
 * A signer may be slow (a u-key makes about 250 signatures a minute), hence the promise.
 */
export interface Signer {
  readonly suite: Suite;
  /** `ds:KeyName`: the certificate's serial number in lower-case hex. */
  readonly keyName: string;
  /** DER certificate in Base64, one line. */
  readonly certificate: string;
  /**
   * True until the key has signed here, where it counts refusals and locks itself (a card its wrong PINs): so long one process
   * asks it at a time.
   */
  readonly untried?: () => boolean;
  /** Signs exactly these bytes (the canonical SignedInfo). RSA: PKCS#1 v1.5; SM2: raw r‖s, 64 bytes, id 1234567812345678. */
  sign(signedInfo: Buffer): Promise<Buffer>;
}

/** Finds the signer of an enterprise (统一社会信用代码 or customs code); undefined when the gateway holds no key of it. */
export interface SignerRegistry {
  /** One of its keys, none of those that `except` names (by `keyName`). */
  find(enterpriseCode: string, except?: ReadonlySet<string>): Signer | undefined;
  /** Enterprises all of whose u-keys make a signature right now: whatever else they are given has to wait for it. */
  busy?(): string[];
}

/** What people may know of a key the gateway holds: never the key. Times as ISO 8601 UTC. */
export interface HeldKey {
  enterprise: string;
  suite: string;
  keyName: string;
  subject: string;
  notBefore: string;
  notAfter: string;
  test: boolean;
}
