import { may } from '../../src/enterprises/access.js';
import type { AnyRoute } from '../../src/http/route.js';
import { roleSchema, type Role } from '../../src/terms/role.js';

const ROLES: Record<Role, string> = {
  seller: '卖家 / seller',
  broker: '报关企业 / broker',
  officer: '商务委 / officer',
  operator: '运营方 / operator',
};
const allowed = ({ right }: AnyRoute, role: Role): boolean =>
  right === 'public' || right === 'signed-in' || may(role, right);

/** The page `docs/routes.md`: every route with the right it needs and the roles that have it. */
export function routePage(routes: readonly AnyRoute[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const roles = roleSchema.options;
  return [
    '# 接口与角色 / Routes and roles',
    '',
    '由接口清单生成，测试 `test/http/openapi.test.ts` 核对；更新：`UPDATE_DOCS=1` 运行该测试。角色有权只是第一道：每次查询另按企业限定可见的数据，见 [security.zh.md](security.zh.md)。',
    '',
    'Made from the list of routes and checked by `test/http/openapi.test.ts`, which writes it when run with `UPDATE_DOCS=1`. A role is the first door only: every query is limited to the enterprises the caller may see as well ([security.md](security.md)).',
    '',
    row(['接口 / route', '权限 / right', ...roles.map((role) => ROLES[role])]),
    row(['---', '---', ...roles.map(() => '---')]),
    ...routes.map((route) =>
      row([
        `\`${route.method.toUpperCase()} ${route.path}\` ${route.summary.zh.split('；')[0]}`,
        route.right,
        ...roles.map((role) => (allowed(route, role) ? '✓' : '')),
      ]),
    ),
    '',
  ].join('\n');
}
