import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Pushed } from '../../src/dispatch/transport.js';
import { filled, parseJson, textAt, type PushedReceipts } from './profiles.js';

const base64 = z.base64();

/** Reads what a counterpart brings to us, as its profile says it. `secret` proves requests of profiles that sign them. */
export function createPushed(rule: PushedReceipts, secret = ''): Pushed {
  const { taken, notTaken, sign } = rule;
  return {
    taken,
    notTaken,
    read(body) {
      const text = body.toString('utf8');
      const fields: unknown =
        rule.body === 'json' ? parseJson(text) : Object.fromEntries(new URLSearchParams(text));
      if (sign) {
        const said = filled(sign.of, (name) =>
          name === 'secret' ? secret : (textAt(fields, name.replace(/^field:/, '')) ?? ''),
        );
        const proof = createHash(sign.hash).update(said, 'utf8').digest('hex');
        if (!same(proof, (textAt(fields, sign.field) ?? '').toLowerCase())) return 'forged';
      }
      const data = textAt(fields, rule.data);
      // What cannot be taken apart is kept as it came: a person finds it in the tray.
      if (data === undefined || data === '') return { id: '', origin: '', bytes: body };
      const packed = rule.encoding === 'base64' && base64.safeParse(data).success;
      return {
        id: '',
        origin: textAt(fields, rule.name) ?? '',
        bytes: Buffer.from(data, packed ? 'base64' : 'utf8'),
      };
    },
  };
}

const same = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
