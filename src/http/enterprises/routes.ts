import { z } from 'zod';
import {
  addApiKey,
  addEnterprise,
  addMandate,
  addUser,
  listApiKeys,
  listEnterprises,
  listMandates,
  listUsers,
  revokeApiKey,
  revokeMandate,
} from '../../enterprises/registry.js';
import {
  accountLog,
  endUserSessions,
  noteAccount,
  resetUser,
  setUserActive,
  type AccountAction,
} from '../../enterprises/accounts.js';
import type { Access } from '../../enterprises/access.js';
import {
  changeEnterprise,
  changeUser,
  rotateApiKey,
  setEnterpriseActive,
} from '../../enterprises/changes.js';
import { OPERATOR_TENANT } from '../../store/store.js';
import type { Gateway } from '../../gateway.js';
import {
  accountLogSchema,
  apiKeySchema,
  changedEnterpriseSchema,
  changedUserSchema,
  enterpriseSchema,
  mandateSchema,
  newApiKeySchema,
  newEnterpriseSchema,
  newMandateSchema,
  newUserSchema,
  partyKeySchema,
  rotationSchema,
  userSchema,
} from './contract.js';
import { idParams, route, type AnyRoute } from '../route.js';

const TAG = '企业与权限 / Enterprises';
const right = 'enterprises:manage';

const mandateSubject = ({ seller, broker }: { seller: { name: string }; broker: { name: string } }) =>
  `${seller.name} → ${broker.name}`;

export function enterpriseRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  const noted = (access: Access, tenantId: string, action: AccountAction, subject: string) =>
    noteAccount(store, { tenantId, userId: null, subject, action, actor: access.actor });
  return [
    route({
      method: 'get',
      path: '/v1/enterprises',
      tag: TAG,
      summary: { zh: '企业', en: 'Enterprises' },
      right,
      answer: z.array(enterpriseSchema),
      handle: () => listEnterprises(store),
    }),
    route({
      method: 'post',
      path: '/v1/enterprises',
      tag: TAG,
      summary: { zh: '登记企业', en: 'Add an enterprise' },
      right,
      body: newEnterpriseSchema,
      status: 201,
      answer: enterpriseSchema,
      async handle({ body, access }) {
        const added = await addEnterprise(store, body);
        const subject = [added.name, added.code].filter(Boolean).join(' ');
        await noted(access, added.tenantId, 'enterprise-added', subject);
        return added;
      },
    }),
    route({
      method: 'post',
      path: '/v1/enterprises/{id}',
      tag: TAG,
      summary: { zh: '修改企业名称和代码', en: 'Change name and code of an enterprise' },
      right,
      params: idParams,
      body: changedEnterpriseSchema,
      answer: enterpriseSchema,
      handle: ({ params, body, access }) => changeEnterprise(store, access, params.id, body),
    }),
    ...(['disable', 'enable'] as const).map((verb) =>
      route({
        method: 'post',
        path: `/v1/enterprises/{id}/${verb}`,
        tag: TAG,
        summary:
          verb === 'disable'
            ? {
                zh: '停用企业：用户随即退出，接口密钥失效，已申报的照常办理',
                en: 'Disable an enterprise: its people and systems are shut out, its declarations go on',
              }
            : { zh: '重新启用企业', en: 'Enable an enterprise again' },
        right,
        params: idParams,
        handle: ({ params, access }) => setEnterpriseActive(store, access, params.id, verb === 'enable'),
      }),
    ),
    route({
      method: 'post',
      path: '/v1/users/{id}',
      tag: TAG,
      summary: { zh: '修改用户姓名和邮箱', en: 'Change name and address of a user' },
      right,
      params: idParams,
      body: changedUserSchema,
      handle: ({ params, body, access }) => changeUser(store, access, params.id, body),
    }),
    route({
      method: 'get',
      path: '/v1/users',
      tag: TAG,
      summary: { zh: '用户', en: 'Users' },
      right,
      answer: z.array(userSchema),
      handle: () => listUsers(store),
    }),
    route({
      method: 'post',
      path: '/v1/users',
      tag: TAG,
      summary: { zh: '添加用户，返回一次性激活链接', en: 'Add a user; the answer holds the one-time link' },
      right,
      body: newUserSchema,
      status: 201,
      answer: userSchema,
      async handle({ body, access }) {
        const { user, token } = await addUser(store, body);
        await noted(access, user.tenantId, 'added', user.email);
        return { ...user, activation: gateway.activationLink(token) };
      },
    }),
    ...(['disable', 'enable'] as const).map((verb) =>
      route({
        method: 'post',
        path: `/v1/users/{id}/${verb}`,
        tag: TAG,
        summary:
          verb === 'disable'
            ? { zh: '停用用户，其登录随即失效', en: 'Disable a user; sessions end at once' }
            : { zh: '重新启用用户', en: 'Enable a user again' },
        right,
        params: idParams,
        handle: ({ params, access }) => setUserActive(store, access, params.id, verb === 'enable'),
      }),
    ),
    route({
      method: 'post',
      path: '/v1/users/{id}/reset',
      tag: TAG,
      summary: {
        zh: '重置用户密码，返回一次性链接',
        en: 'Reset the password; the answer holds the one-time link',
      },
      right,
      params: idParams,
      answer: z.object({ activation: z.string() }),
      handle: async ({ params, access }) => ({
        activation: gateway.activationLink(await resetUser(store, access, params.id)),
      }),
    }),
    route({
      method: 'delete',
      path: '/v1/users/{id}/sessions',
      tag: TAG,
      summary: { zh: '结束用户的全部登录', en: 'End every session of a user' },
      right,
      params: idParams,
      handle: ({ params, access }) => endUserSessions(store, access, params.id),
    }),
    route({
      method: 'get',
      path: '/v1/account-log',
      tag: TAG,
      summary: {
        zh: '账号与证书的变更记录，新的在前',
        en: 'What was done to accounts and certificates, newest first',
      },
      right,
      answer: z.array(accountLogSchema),
      handle: () => accountLog(store, 500),
    }),
    route({
      method: 'get',
      path: '/v1/api-keys',
      tag: TAG,
      summary: { zh: '接口密钥', en: 'API keys' },
      right,
      answer: z.array(apiKeySchema),
      handle: () => listApiKeys(store),
    }),
    route({
      method: 'post',
      path: '/v1/api-keys',
      tag: TAG,
      summary: { zh: '新建接口密钥，明文只返回这一次', en: 'Make an API key; the secret is shown this once' },
      right,
      body: newApiKeySchema,
      status: 201,
      answer: apiKeySchema.extend({ secret: z.string() }),
      async handle({ body, access }) {
        const added = await addApiKey(store, body);
        await noted(access, added.tenantId, 'key-added', `${added.name} ${added.prefix}…`);
        return added;
      },
    }),
    route({
      method: 'post',
      path: '/v1/api-keys/{id}/rotate',
      tag: TAG,
      summary: {
        zh: '更换接口密钥：返回新密钥，旧密钥在给定时间内仍可使用',
        en: 'Rotate an API key: the answer holds the new one, the old one opens for a while',
      },
      right,
      params: idParams,
      body: rotationSchema,
      status: 201,
      answer: z.object({ id: z.string(), secret: z.string() }),
      handle: ({ params, body, access }) => rotateApiKey(store, access, params.id, body.hours),
    }),
    route({
      method: 'delete',
      path: '/v1/api-keys/{id}',
      tag: TAG,
      summary: { zh: '吊销接口密钥', en: 'Revoke an API key' },
      right,
      params: idParams,
      async handle({ params, access }) {
        const { tenantId, subject } = await revokeApiKey(store, params.id);
        await noted(access, tenantId, 'key-revoked', subject);
      },
    }),
    route({
      method: 'get',
      path: '/v1/mandates',
      tag: TAG,
      summary: { zh: '代理委托关系', en: 'Mandates of brokers' },
      right,
      answer: z.array(mandateSchema),
      handle: () => listMandates(store),
    }),
    route({
      method: 'post',
      path: '/v1/mandates',
      tag: TAG,
      summary: { zh: '登记代理委托', en: 'Add a mandate' },
      right,
      body: newMandateSchema,
      status: 201,
      answer: mandateSchema,
      async handle({ body, access }) {
        const added = await addMandate(store, body);
        await noted(access, added.seller.tenantId, 'mandate-added', mandateSubject(added));
        return added;
      },
    }),
    route({
      method: 'delete',
      path: '/v1/mandates/{id}',
      tag: TAG,
      summary: { zh: '撤销代理委托', en: 'Revoke a mandate' },
      right,
      params: idParams,
      async handle({ params, access }) {
        const ended = await revokeMandate(store, params.id);
        await noted(access, ended.seller.tenantId, 'mandate-revoked', mandateSubject(ended));
      },
    }),
    route({
      method: 'get',
      path: '/v1/signing-keys',
      tag: TAG,
      summary: { zh: '网关持有的签名密钥（不含密钥本身）', en: 'Signing keys held, without key material' },
      right,
      answer: z.array(partyKeySchema),
      handle: async () => gateway.signingKeys(),
    }),
    route({
      method: 'post',
      path: '/v1/signing-keys/reload',
      tag: TAG,
      summary: {
        zh: '重新读取密钥目录；等待这些密钥的单证随即继续',
        en: 'Read the key folder again; documents that waited for these keys go on',
      },
      right,
      answer: z.object({ keys: z.array(partyKeySchema), released: z.int() }),
      async handle({ access }) {
        const released = await gateway.reloadKeys();
        const subject = gateway
          .signingKeys()
          .map((key) => key.enterprise)
          .join(' ');
        await noted(access, OPERATOR_TENANT, 'keys-reloaded', subject.slice(0, 300) || '—');
        return { keys: gateway.signingKeys(), released };
      },
    }),
  ];
}
