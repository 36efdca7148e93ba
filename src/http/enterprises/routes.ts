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
import { accountLog, endUserSessions, resetUser, setUserActive } from '../../enterprises/accounts.js';
import type { Gateway } from '../../gateway.js';
import {
  accountLogSchema,
  apiKeySchema,
  enterpriseSchema,
  mandateSchema,
  newApiKeySchema,
  newEnterpriseSchema,
  newMandateSchema,
  newUserSchema,
  partyKeySchema,
  userSchema,
} from './contract.js';
import { idParams, route, type AnyRoute } from '../route.js';

const TAG = '企业与权限 / Enterprises';
const right = 'enterprises:manage';

export function enterpriseRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
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
      handle: ({ body }) => addEnterprise(store, body),
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
      async handle({ body }) {
        const { user, token } = await addUser(store, body);
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
      handle: ({ body }) => addApiKey(store, body),
    }),
    route({
      method: 'delete',
      path: '/v1/api-keys/{id}',
      tag: TAG,
      summary: { zh: '吊销接口密钥', en: 'Revoke an API key' },
      right,
      params: idParams,
      handle: ({ params }) => revokeApiKey(store, params.id),
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
      handle: ({ body }) => addMandate(store, body),
    }),
    route({
      method: 'delete',
      path: '/v1/mandates/{id}',
      tag: TAG,
      summary: { zh: '撤销代理委托', en: 'Revoke a mandate' },
      right,
      params: idParams,
      handle: ({ params }) => revokeMandate(store, params.id),
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
      async handle() {
        const released = await gateway.reloadKeys();
        return { keys: gateway.signingKeys(), released };
      },
    }),
  ];
}
