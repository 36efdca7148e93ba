import type { Response } from 'express';
import type { z } from 'zod';
import { accessOfSession, activate, signIn, signOut } from '../../enterprises/identity.js';
import type { Access } from '../../enterprises/access.js';
import { changePassword } from '../../enterprises/accounts.js';
import { hashSecret } from '../../enterprises/secrets.js';
import { SESSION_COOKIE, sessionToken } from '../auth.js';
import { networkOf } from '../network.js';
import { Throttle } from '../throttle.js';
import { SignInGuard } from './guard.js';
import { activateSchema, meSchema, signInSchema, changePasswordSchema } from './contract.js';
import type { Gateway } from '../../gateway.js';
import { route, type AnyRoute } from '../route.js';

export function sessionRoutes(gateway: Gateway): AnyRoute[] {
  const { store, signals } = gateway;
  const guard = new SignInGuard(store, signals, gateway.config.publicUrl?.startsWith('https:') ?? false);
  const activations = new Throttle('token', { name: 'activations', points: 20, seconds: 300, signals });
  const changes = new Throttle('current', { name: 'passwords', points: 10, seconds: 300, signals });

  const setCookie = (res: Response, token: string) =>
    res.cookie(SESSION_COOKIE, token, {
      httpOnly: true,
      sameSite: 'strict',
      secure: gateway.config.publicUrl?.startsWith('https:') ?? false,
      path: '/',
    });

  const me = async (access: Access): Promise<z.input<typeof meSchema>> => {
    const { rows } = await store.query<{ id: string; code: string | null; name: string }>(
      'select id, code, name from tenants where id = $1',
      [access.tenantId],
    );
    const { rows: users } = await store.query<{ id: string; name: string; email: string }>(
      'select id, name, email from users where id = $1',
      [access.userId],
    );
    const { rows: sellers } = await store.query<{ id: string; code: string | null; name: string }>(
      `select id, code, name from tenants where id = any($1) and role = 'seller' order by name`,
      [access.tenants],
    );
    const tenant = rows[0];
    const user = users[0];
    return {
      user: { id: user?.id ?? access.actor, name: user?.name ?? access.actor, email: user?.email ?? null },
      tenant: { id: access.tenantId, name: tenant?.name ?? '', code: tenant?.code ?? null },
      role: access.role,
      sellers: sellers.map((s) => ({ tenantId: s.id, code: s.code ?? '', name: s.name })),
      gateway: {
        version: gateway.version,
        port: gateway.transport?.name ?? 'none',
        test: gateway.hasTestKeys(),
      },
    };
  };

  const meOf = async (token: string) => {
    const access = await accessOfSession(store, token);
    if (!access) throw new Error('a session that was just opened is not found');
    return me(access);
  };

  return [
    route({
      method: 'post',
      path: '/v1/session',
      tag: '登录 / Session',
      summary: { zh: '登录控制台', en: 'Sign in to the console' },
      right: 'public',
      body: signInSchema,
      answer: meSchema,
      async handle({ body, req, res }) {
        const { token } = await guard.guarded(req, res, body.email, async () => {
          const session = await signIn(store, body.email, body.password);
          setCookie(res, session.token);
          return session;
        });
        return meOf(token);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/session',
      tag: '登录 / Session',
      summary: { zh: '退出登录', en: 'Sign out' },
      right: 'signed-in',
      async handle({ req, res }) {
        const token = sessionToken(req);
        if (token) await signOut(store, token);
        res.clearCookie(SESSION_COOKIE, { path: '/' });
      },
    }),
    route({
      method: 'get',
      path: '/v1/me',
      tag: '登录 / Session',
      summary: { zh: '当前身份', en: 'Who is asking' },
      right: 'signed-in',
      answer: meSchema,
      handle: ({ access }) => me(access),
    }),
    route({
      method: 'post',
      path: '/v1/activate',
      tag: '登录 / Session',
      summary: { zh: '用一次性链接设置密码', en: 'Set the password with a one-time link' },
      right: 'public',
      body: activateSchema,
      answer: meSchema,
      async handle({ body, req, res }) {
        await activations.take(networkOf(req.ip));
        const token = await activate(store, body);
        setCookie(res, token);
        return meOf(token);
      },
    }),
    route({
      method: 'post',
      path: '/v1/me/password',
      tag: '登录 / Session',
      summary: { zh: '修改自己的密码；其他登录随即失效', en: 'Change the own password; other sessions end' },
      right: 'signed-in',
      body: changePasswordSchema,
      async handle({ body, access, req }) {
        await changes.take(access.actor);
        const token = sessionToken(req);
        await changePassword(store, access, token ? hashSecret(token) : undefined, body);
        await changes.clear(access.actor);
      },
    }),
  ];
}
