import type { Command } from 'commander';
import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import {
  endUserSessions,
  resetUser,
  revokePartyCertificate,
  setUserActive,
} from '../enterprises/accounts.js';
import { MOST_ROTATION_HOURS, rotateApiKey } from '../enterprises/changes.js';
import { listApiKeys, listUsers } from '../enterprises/registry.js';
import type { Access } from '../enterprises/access.js';
import type { Gateway } from '../gateway.js';
import { openForReading } from './open.js';
import { operatorAccess } from './operator.js';
import { action, printJson } from './print.js';

/** What the operator does with accounts and certificates when nobody can sign in: users, api-keys, certificates. */
export function addAccounts(program: Command): void {
  const users = program.command('users').description('用户 / users');
  users
    .command('list')
    .description('列出全部用户 / every user')
    .action(action(() => asOperator(async ({ store }) => printJson(await listUsers(store)))));
  const verb = (
    name: string,
    description: string,
    work: (gateway: Gateway, access: Access, id: string) => Promise<object | void>,
  ) =>
    users
      .command(`${name} <email>`)
      .description(description)
      .action(
        action((email: string) =>
          asOperator(async (gateway, access) => {
            const wanted = email.trim().toLowerCase();
            const user = (await listUsers(gateway.store)).find((u) => u.email.toLowerCase() === wanted);
            if (!user) throw new FaultError([notFoundFault('用户 / user')], 404);
            printJson({ email: user.email, done: name, ...(await work(gateway, access, user.id)) });
          }),
        ),
      );
  verb(
    'disable',
    '停用用户，其会话立即结束 / disable a user, whose sessions end at once',
    ({ store }, access, id) => setUserActive(store, access, id, false),
  );
  verb('enable', '重新启用用户 / enable a user again', ({ store }, access, id) =>
    setUserActive(store, access, id, true),
  );
  verb(
    'reset',
    '作废密码并给出一次性链接 / void the password and print a one-time link',
    async (gateway, access, id) => ({
      activation: gateway.activationLink(await resetUser(gateway.store, access, id)),
    }),
  );
  verb('sign-out', '结束用户的全部会话 / end every session of a user', ({ store }, access, id) =>
    endUserSessions(store, access, id),
  );

  const keys = program.command('api-keys').description('接口密钥 / API keys');
  keys
    .command('list')
    .description('列出全部接口密钥 / every API key')
    .action(action(() => asOperator(async ({ store }) => printJson(await listApiKeys(store)))));
  keys
    .command('rotate <prefix>')
    .description('更换接口密钥：打印新密钥，旧密钥到期失效 / print a new key in place of one, which ends')
    .option('--hours <n>', '旧密钥继续可用的小时数 / hours the old key still opens', '0')
    .action(
      action((prefix: string, { hours }: { hours: string }) =>
        asOperator(async ({ store }, access) => {
          const stillOpens = hoursOf(hours);
          const found = (await listApiKeys(store)).find((k) => k.prefix === prefix && k.revokedAt === null);
          if (!found) throw new FaultError([notFoundFault('接口密钥 / API key')], 404);
          const { secret } = await rotateApiKey(store, access, found.id, stillOpens);
          printJson({ name: found.name, old: prefix, hours: stillOpens, secret });
        }),
      ),
    );

  program
    .command('certificates')
    .description('责任主体证书 / certificates of parties')
    .command('revoke <enterpriseCode> <serial>')
    .description('吊销证书：此后其签名的报文不再受理 / revoke: nothing signed with it is taken from now on')
    .action(
      action((enterpriseCode: string, serial: string) =>
        asOperator(async ({ store }, access) => {
          await revokePartyCertificate(store, access, enterpriseCode, serial);
          printJson({ enterpriseCode, serial, revoked: true });
        }),
      ),
    );
}

/** Whole hours, at most a week. Throws A04 for anything else. */
function hoursOf(text: string): number {
  const hours = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (!(hours <= MOST_ROTATION_HOURS))
    throw new FaultError([makeFault('A04', '--hours', { reason: `0–${MOST_ROTATION_HOURS}` })]);
  return hours;
}

async function asOperator(work: (gateway: Gateway, access: Access) => Promise<void>): Promise<void> {
  const gateway = await openForReading();
  try {
    await work(gateway, await operatorAccess(gateway));
  } finally {
    await gateway.close();
  }
}
