import { z } from 'zod';
import { roleSchema } from '../../terms/role.js';

export const meSchema = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }),
    tenant: z.object({ id: z.string(), name: z.string(), code: z.string().nullable() }),
    role: roleSchema,
    /** Sellers whose declarations this identity may see: itself, the mandates of a broker, everyone for an operator. */
    sellers: z.array(z.object({ tenantId: z.string(), code: z.string(), name: z.string() })),
    gateway: z.object({ version: z.string(), port: z.string(), test: z.boolean() }),
  })
  .meta({ id: 'Me' });

export const signInSchema = z.strictObject({
  email: z.email().max(254),
  password: z.string().min(1).max(200),
});

export const activateSchema = z.strictObject({
  token: z.string().min(20).max(100),
  email: z.email().max(254).optional(),
  name: z.string().trim().min(1).max(100).optional(),
  password: z.string().min(1).max(200),
});

export const changePasswordSchema = z.strictObject({
  current: z.string().min(1).max(200),
  next: z.string().min(1).max(200),
});
