import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyFile } from '../../adapters/signers/key-file.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { startCard, type EmulatedCard } from './emulatedCard.js';
import { eventually, startTestGateway } from './gateway.js';
import { handIn, ordersOfOneSeller, WAYBILL } from './journey.js';

const PIN = '4711-secret-pin';

export interface SlowCards {
  /** U-keys of the one enterprise that signs the waybills. */
  cards: number;
  /** How many of them are without a card. */
  broken?: number;
  signMs: number;
  /** Waybill messages of one document each. */
  messages: number;
}

/** Lets one enterprise sign its waybills with slow u-keys; how many seconds it takes, nothing else being done. */
export async function slowCards({ cards, broken = 0, signMs, messages }: SlowCards): Promise<number> {
  const orders = ordersOfOneSeller(messages, { seed: 191, batch: 'UK' });
  const it = await startTestGateway({ orders, workers: false, batch: 1, env: { GATEWAY_TRANSPORT: 'none' } });
  const plugged: EmulatedCard[] = [];
  try {
    const code = orders[0]!.waybill.code!;
    const folder = join(it.dir, 'keys', code);
    rmSync(folder, { recursive: true });
    for (let n = 1; n <= cards; n++) {
      const [made, own] = [join(it.dir, `card-${n}`), join(folder, String(n))];
      makeTestKeys({ suite: 'sm2-sm3', subject: code, out: made, now: new Date(Date.now() - 60_000) });
      const key = openKeyFile({ key: join(made, 'key.pem'), cert: join(made, 'cert.pem') });
      const card = await startCard({
        sign: (data) => key.sign(data),
        certNo: key.keyName,
        certificate: key.certificate,
        pin: PIN,
        signMs,
      });
      if (n <= broken) card.trouble = 'no-card';
      plugged.push(card);
      mkdirSync(own, { recursive: true });
      copyFileSync(join(made, 'cert.pem'), join(own, 'cert.pem'));
      writeFileSync(join(own, 'ukey.json'), JSON.stringify({ url: card.url }));
      writeFileSync(join(own, 'key.pass'), PIN, { mode: 0o600 });
    }
    const client = [...it.sellers.values()][0]!.client;
    await it.operator.post('/v1/signing-keys/reload');
    await handIn(client, orders);
    const { store } = it.gateway;
    const left = async () =>
      (await store.query(`select 1 from documents where delivery = 'ready'`)).rows.length;
    // What the others sign would only take processor time.
    await store.query(
      `update documents set delivery = 'waiting', waiting_for = 'number' where message_type <> $1`,
      [WAYBILL],
    );
    const began = performance.now();
    await it.startWorkers();
    await eventually(left, (n) => n === 0, 300_000);
    return (performance.now() - began) / 1000;
  } finally {
    await it.close();
    for (const card of plugged) await card.close();
  }
}
