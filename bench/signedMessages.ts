import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ParseOption, XmlDocument } from 'libxml2-wasm';
import { openKeyFile } from '../adapters/signers/key-file.js';
import { systemClock } from '../src/base/clock.js';
import { newGuid } from '../src/base/ids.js';
import { newCopNo } from '../src/declarations/plan.js';
import { Journey } from '../src/journey.js';
import type { DocumentInput, Envelope } from '../src/messages/values.js';
import type { Order } from '../src/orders/order.js';
import { loadRulebook } from '../src/rulebook.js';
import { passGate } from '../src/signing/gate.js';
import { makeTestKeys } from '../src/signing/makeKeys.js';
import { signingProfiles } from '../src/signing/profiles.js';
import { signMessage } from '../src/signing/sign.js';
import type { Suite } from '../src/signing/signer.js';
import { verifyMessage } from '../src/signing/verify.js';
import { sampleOrders } from '../test/support/sampleOrders.js';
import { createPeer, type Peer } from './support/peer.js';
import { load, median, print, say, type Row } from './support/report.js';

/**
 * How many signed CEB603 messages (three goods lines a list) one process makes in a second, beside the same work done
 * with fast-xml-parser and xml-crypto. Both sides work in turns within one run, so that the load of the machine meets
 * both; what counts is the ratio. Run as `node dist/bench/signedMessages.js [--rounds 7] [--seconds 0.5] [--json]`.
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '0.5' },
    json: { type: 'boolean' },
  },
});
const rounds = Number(flags.rounds);
const seconds = Number(flags.seconds);
const messageType = 'CEB603Message';
const rulebook = loadRulebook(systemClock);
const mapping = rulebook.catalogue.message(messageType);
const compiled = rulebook.messages.get(messageType);
if (!mapping || !compiled) throw new Error(`there is no mapping of ${messageType}`);
const profile = signingProfiles().default;
const transfer = {
  copCode: '91500000MA5U0ABC13',
  copName: '重庆示例传输企业',
  dxpMode: 'DXP',
  dxpId: 'DXPENT0000000001',
} as const;
const journey = new Journey({
  ...rulebook,
  clock: systemClock,
  signers: { find: () => undefined },
  profile,
  transfer,
  batch: 100,
});

/** Orders with three lines, each in its own object: nothing is warm that would not be in practice. */
function threeLineOrders(count: number): Order[] {
  const found: Order[] = [];
  for (const order of sampleOrders({ until: systemClock.now() })) {
    if (order.lines.length === 3) found.push(order);
    if (found.length === count) break;
  }
  return found;
}

const now = systemClock.now();
const inputOf = (order: Order): DocumentInput => ({
  order,
  document: {
    guid: newGuid(),
    appType: '1',
    appTime: now,
    appStatus: '2',
    copNo: order.list.copNo ?? newCopNo(now),
  },
});

interface Run {
  messages: number;
  wallMs: number;
  cpuMs: number;
}

/** Repeats a piece of work for about `seconds`; at least once. */
async function run(work: () => unknown): Promise<Run> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let messages = 0;
  do {
    const result = work();
    if (result instanceof Promise) await result;
    messages++;
  } while (performance.now() - started < seconds * 1000);
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { messages, wallMs, cpuMs: (user + system) / 1000 };
}

const perSecond = (runs: readonly Run[]) => median(runs.map((r) => (r.messages * 1000) / r.wallMs));
const cpuEach = (runs: readonly Run[]) => median(runs.map((r) => r.cpuMs / r.messages));
const wallEach = (runs: readonly Run[]) => median(runs.map((r) => r.wallMs / r.messages));

/** Canonical form without the signature, by libxml2. */
function contentOf(xml: string): string {
  using document = XmlDocument.fromString(xml.replace(/<ds:Signature[ >][^]*<\/ds:Signature>/, ''), {
    option: ParseOption.XML_PARSE_NONET,
  });
  return document.canonicalizeToString();
}

/** Throws unless both sides wrote the same content and each side's verifier accepts both signatures. */
async function prove(ours: Buffer, peers: string, peer: Peer, certificate: string): Promise<void> {
  if (contentOf(ours.toString()) !== contentOf(peers))
    throw new Error('the two messages do not say the same');
  passGate(ours, { certificate, profile });
  for (const [name, bytes] of [
    ['ours', ours],
    ['the peer’s', Buffer.from(peers)],
  ] as const) {
    const verdict = await verifyMessage(bytes, { certificate });
    if (!verdict.ok) throw new Error(`the gateway refuses ${name}: ${JSON.stringify(verdict.problems)}`);
    if (!peer.verify(bytes.toString())) throw new Error(`xml-crypto refuses ${name}`);
  }
}

const ratios: Row[] = [];
const steps: Row[] = [];
const dir = mkdtempSync(join(tmpdir(), 'bench-keys-'));
try {
  for (const suite of ['rsa-sha1', 'sm2-sm3'] as const satisfies readonly Suite[]) {
    const made = makeTestKeys({
      suite,
      subject: 'bench',
      out: join(dir, suite),
      now: new Date(Date.now() - 60_000),
    });
    const signer = openKeyFile({ key: made.keyPath, cert: made.certPath });
    const { certificate } = signer;
    const peer = createPeer(mapping, profile, {
      suite,
      keyPem: readFileSync(made.keyPath, 'utf8'),
      certificate,
    });
    for (const size of [1, 100]) {
      const pool = threeLineOrders(500);
      let at = 0;
      const next = () => Array.from({ length: size }, () => pool[at++ % pool.length] as Order);
      const envelope = (): Envelope => ({ guid: newGuid(), transfer });
      const check = (orders: readonly Order[]) => {
        for (const order of orders)
          if (journey.check(order).length > 0) throw new Error('a sample order has faults');
      };
      const ours = async (orders: readonly Order[]) =>
        signMessage(compiled.write(orders.map(inputOf), envelope()), signer, profile);
      const theirs = (orders: readonly Order[]) => peer.sign(peer.build(orders.map(inputOf), envelope()));
      const gate = (bytes: Buffer) => passGate(bytes, { certificate, profile });

      const same = next().map(inputOf);
      const same1 = envelope();
      const signed = await signMessage(compiled.write(same, same1), signer, profile);
      const peerSigned = peer.sign(peer.build(same, same1));
      await prove(signed, peerSigned, peer, certificate);

      const whole = {
        ours: [] as Run[],
        theirs: [] as Run[],
        oursGated: [] as Run[],
        theirsGated: [] as Run[],
      };
      const single = {
        check: [] as Run[],
        build: [] as Run[],
        sign: [] as Run[],
        gate: [] as Run[],
        parallel: [] as Run[],
      };
      const unsigned = compiled.write(same, same1);
      for (let round = -1; round < rounds; round++) {
        const keep = (list: Run[], r: Run) => {
          // The first round only warms up.
          if (round >= 0) list.push(r);
        };
        keep(
          whole.ours,
          await run(async () => {
            const orders = next();
            check(orders);
            await ours(orders);
          }),
        );
        keep(
          whole.theirs,
          await run(() => {
            const orders = next();
            check(orders);
            theirs(orders);
          }),
        );
        keep(
          whole.oursGated,
          await run(async () => {
            const orders = next();
            check(orders);
            gate(await ours(orders));
          }),
        );
        keep(
          whole.theirsGated,
          await run(() => {
            const orders = next();
            check(orders);
            if (!peer.verify(theirs(orders))) throw new Error('xml-crypto refuses its own message');
          }),
        );
        keep(single.check, await run(() => check(next())));
        keep(single.build, await run(() => compiled.write(next().map(inputOf), envelope())));
        keep(single.sign, await run(() => signMessage(unsigned, signer, profile)));
        keep(single.gate, await run(() => gate(signed)));
        keep(
          single.parallel,
          await run(() =>
            Promise.all(
              Array.from({ length: 4 }, async () => {
                const orders = next();
                check(orders);
                gate(await ours(orders));
              }),
            ),
          ),
        );
      }
      const loadNow = load();
      say(`${suite}, ${size}: done (load ${loadNow})`);
      ratios.push({
        suite,
        documents: size,
        'KB a message': signed.length / 1024,
        'ours msg/s': perSecond(whole.ours),
        'peer msg/s': perSecond(whole.theirs),
        ratio: perSecond(whole.ours) / perSecond(whole.theirs),
        'ours msg/CPU s': 1000 / cpuEach(whole.ours),
        'peer msg/CPU s': 1000 / cpuEach(whole.theirs),
        'ratio by CPU': cpuEach(whole.theirs) / cpuEach(whole.ours),
        'ours + gate': perSecond(whole.oursGated),
        'peer + verify': perSecond(whole.theirsGated),
        'ratio verified': perSecond(whole.oursGated) / perSecond(whole.theirsGated),
        'ours + gate, 4 at once': perSecond(single.parallel) * 4,
        'documents/s': perSecond(single.parallel) * 4 * size,
        load: loadNow,
      });
      const parts = [single.check, single.build, single.sign, single.gate].map(wallEach);
      const total = parts.reduce((a, b) => a + b, 0);
      const [checkMs, buildMs, signMs, gateMs] = parts as [number, number, number, number];
      steps.push({
        suite,
        documents: size,
        'check ms': checkMs,
        'build ms': buildMs,
        'sign ms': signMs,
        'gate ms': gateMs,
        'sum ms': total,
        'check %': (100 * checkMs) / total,
        'build %': (100 * buildMs) / total,
        'sign %': (100 * signMs) / total,
        'gate %': (100 * gateMs) / total,
        load: loadNow,
      });
    }
  }
} finally {
  rmSync(dir, { recursive: true });
}

print(
  'signedMessages',
  [
    { title: 'Orders → checked → built → signed, messages a second (medians)', rows: ratios },
    { title: 'What one message costs, step by step', rows: steps },
  ],
  [
    'Proved before every comparison: both messages have the same canonical content (libxml2), and the gateway and xml-crypto each accept both signatures.',
    `${rounds} rounds in turns (ours, peer, …) after one to warm up, about ${seconds} s each.`,
  ],
);
