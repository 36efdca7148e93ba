import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { mappingPath } from '../base/root.js';
import { textSchema } from '../terms/text.js';

/** Characters a password has at least. */
export const PASSWORD_LENGTH = 10;

const fileSchema = z.strictObject({
  title: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  validFrom: z.iso.date(),
  passwords: z.array(z.string().min(PASSWORD_LENGTH)),
});

let common: ReadonlySet<string> | undefined;

/** A name before the @ that is shorter stands in many a word. */
const NAME_LENGTH = 4;

/**
 * Throws A22 (422) for a password that is too short, is on the list of common ones, repeats a few characters, or holds the
 * name of the account: its address, or what stands there before the @.
 */
export function demandPassword(password: string, address: string): void {
  common ??= new Set(
    fileSchema.parse(JSON.parse(readFileSync(mappingPath('access', 'common-passwords.json'), 'utf8')))
      .passwords,
  );
  const tried = password.normalize('NFKC').toLowerCase();
  const refuse = (reasonZh: string, reason: string): never => {
    throw new FaultError([makeFault('A22', 'password', { reasonZh, reason })], 422);
  };
  if ([...tried].length < PASSWORD_LENGTH)
    refuse(`不足 ${PASSWORD_LENGTH} 个字符`, `fewer than ${PASSWORD_LENGTH} characters`);
  if (common.has(tried) || common.has(tried.replace(/[!@#.*]+$/, '')))
    refuse('在常见密码表中', 'on the list of common passwords');
  if (new Set(tried).size < 4) refuse('只重复少数几个字符', 'a few characters repeated');
  const [name = ''] = address.normalize('NFKC').toLowerCase().split('@');
  if ([...name].length >= NAME_LENGTH ? tried.includes(name) : tried.includes(`${name}@`))
    refuse('含有账号名', 'it holds the name of the account');
}
