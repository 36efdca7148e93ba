import { z } from 'zod';
import { roleSchema } from '../../terms/role.js';

export const enterpriseSchema = z
  .object({
    tenantId: z.string(),
    code: z.string().nullable(),
    name: z.string(),
    role: roleSchema,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Enterprise' });

export const newEnterpriseSchema = z.strictObject({
  code: z.string().trim().min(1).max(18).nullable(),
  name: z.string().trim().min(1).max(100),
  role: roleSchema,
});

export const apiKeySchema = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    name: z.string(),
    role: roleSchema,
    prefix: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' });

export const newApiKeySchema = z.strictObject({
  tenantId: z.string(),
  name: z.string().trim().min(1).max(100),
});

export const mandateSchema = z
  .object({
    id: z.string(),
    seller: z.object({ tenantId: z.string(), code: z.string(), name: z.string() }),
    broker: z.object({ tenantId: z.string(), name: z.string() }),
    validFrom: z.iso.date(),
    validTo: z.iso.date().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Mandate' });

export const newMandateSchema = z.strictObject({
  sellerTenantId: z.string(),
  brokerTenantId: z.string(),
  validFrom: z.iso.date(),
  validTo: z.iso.date().nullable().default(null),
});

export const newUserSchema = z.strictObject({
  tenantId: z.string(),
  name: z.string().trim().min(1).max(100),
  email: z.email().max(254),
});

export const userSchema = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    name: z.string(),
    email: z.string(),
    active: z.boolean(),
    createdAt: z.iso.datetime(),
    /** Only in the answer that creates the user: the one-time link that sets the password. */
    activation: z.string().optional(),
  })
  .meta({ id: 'User' });

export const accountLogSchema = z
  .object({
    id: z.string(),
    /** Address of the user, or code and serial of the certificate. */
    subject: z.string(),
    action: z.enum([
      'disabled',
      'enabled',
      'reset',
      'sessions-ended',
      'password-changed',
      'certificate-revoked',
    ]),
    actor: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'AccountLogEntry' });

export const partyKeySchema = z
  .object({
    enterprise: z.string(),
    suite: z.string(),
    keyName: z.string(),
    subject: z.string(),
    notBefore: z.string(),
    notAfter: z.string(),
    test: z.boolean(),
  })
  .meta({ id: 'PartyKey' });
