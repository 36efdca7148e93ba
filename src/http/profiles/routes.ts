import { z } from 'zod';
import type { Gateway } from '../../gateway.js';
import { removeProfile, savedProfiles, saveProfile, type SavedProfile } from '../../sellers/profiles.js';
import { notFound, idParams, route, type AnyRoute } from '../route.js';
import { ownerOf, sellerQuery } from '../owner.js';
import { newProfileSchema, profileViewSchema } from './contract.js';

const view = (profile: SavedProfile): z.input<typeof profileViewSchema> => ({
  id: profile.id,
  name: profile.name,
  title: null,
  shipped: false,
  tenantId: profile.tenantId,
  columns: profile.columns,
  values: profile.values,
  dateOrder: profile.dateOrder,
  updatedBy: profile.updatedBy,
  updatedAt: profile.updatedAt.toISOString(),
});

/** Profiles of columns: the shipped ones and those that sellers saved. */
export function profileRoutes(gateway: Gateway): AnyRoute[] {
  const { store } = gateway;
  const tag = '导入 / Imports';
  return [
    route({
      method: 'get',
      path: '/v1/profiles',
      tag,
      summary: {
        zh: '列对应方案：随附的和自己保存的',
        en: 'Column profiles: the shipped ones and those that were saved',
      },
      right: 'orders:submit',
      query: sellerQuery,
      answer: z.object({ items: z.array(profileViewSchema) }),
      async handle({ query, access }) {
        const owners = query.seller ? [ownerOf(access, query.seller), access.tenantId] : [access.tenantId];
        const saved = await savedProfiles(store, owners);
        const shipped = (gateway.readOptions.shipped ?? []).map((p) => ({
          id: p.id,
          name: p.id,
          title: p.title,
          shipped: true,
          tenantId: null,
          columns: p.columns,
          values: p.values,
          dateOrder: p.dateOrder,
          updatedBy: null,
          updatedAt: null,
        }));
        return { items: [...saved.map(view), ...shipped] };
      },
    }),
    route({
      method: 'post',
      path: '/v1/profiles',
      tag,
      summary: {
        zh: '保存列对应方案；同名的被替换',
        en: 'Save a column profile; one of the same name is replaced',
      },
      right: 'orders:submit',
      body: newProfileSchema,
      status: 201,
      answer: profileViewSchema,
      async handle({ body, access }) {
        const { name, seller, ...content } = body;
        const owner = ownerOf(access, seller);
        const id = await saveProfile(store, owner, name, content, access.actor, gateway.rulebook.fields);
        const saved = (await savedProfiles(store, [owner])).find((profile) => profile.id === id);
        if (!saved) throw notFound('列对应方案 / profile');
        return view(saved);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/profiles/{id}',
      tag,
      summary: {
        zh: '删除列对应方案；已有的导入不受影响',
        en: 'Delete a profile; imports keep what they were read with',
      },
      right: 'orders:submit',
      params: idParams,
      async handle({ params, access }) {
        if (!(await removeProfile(store, access.tenants, params.id))) throw notFound('列对应方案 / profile');
      },
    }),
  ];
}
