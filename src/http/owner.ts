import { z } from 'zod';
import type { Access } from '../enterprises/access.js';
import { notFound } from './route.js';

/** Names the seller whose things are meant; a seller itself need not say so. */
export const sellerQuery = z.object({
  seller: z.uuid().optional().describe('Tenant id of the seller; else the own enterprise'),
});

/** The tenant whose things are meant. Throws A03 (404) for one the asker may not act for. */
export function ownerOf(access: Access, seller: string | undefined): string {
  if (seller !== undefined && !access.tenants.includes(seller)) throw notFound('企业 / enterprise');
  return seller ?? access.tenantId;
}
