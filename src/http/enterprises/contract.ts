import { z } from 'zod';
import { accountActions } from '../../enterprises/accounts.js';
import { MOST_ROTATION_HOURS } from '../../enterprises/changes.js';
import { roleSchema } from '../../terms/role.js';

export const enterpriseSchema = z
  .object({
    tenantId: z.string(),
    code: z.string().nullable(),
    name: z.string(),
    role: roleSchema,
    /** False: its people and systems are shut out; what was declared goes on. */
    active: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Enterprise' });

export const changedEnterpriseSchema = z.strictObject({
  code: z.string().trim().min(1).max(18).nullable(),
  name: z.string().trim().min(1).max(100),
});

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

export const rotationSchema = z.strictObject({
  hours: z.int().min(0).max(MOST_ROTATION_HOURS).default(24).describe('How long the old key still opens'),
});

export const changedUserSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  email: z.email().max(254),
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
    action: z.enum(accountActions),
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

export const partyCertificateSchema = z
  .object({
    enterpriseCode: z.string(),
    serial: z.string(),
    subject: z.string(),
    notAfter: z.iso.datetime(),
    registeredBy: z.string(),
    registeredAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'HeldPartyCertificate' });

const rateMonthsSchema = z.array(
  z.object({ month: z.string(), cnyPerUnit: z.record(z.string(), z.string()) }),
);

/** The table figures are converted with, and one that waits for the next start. */
export const ratesSchema = z
  .object({
    inForce: z.object({ source: z.string(), official: z.boolean(), months: rateMonthsSchema }),
    imported: z.object({ source: z.string(), months: rateMonthsSchema }).nullable(),
    /** True when what was imported is not in force yet. */
    waits: z.boolean(),
  })
  .meta({ id: 'Rates' });

export const newRatesSchema = z
  .strictObject({
    source: z.string().trim().min(1).max(300).describe('Where they come from, for example the announcement'),
    rows: z
      .array(
        z.strictObject({
          month: z.string().trim().max(20),
          currency: z.string().trim().max(20),
          rate: z.string().trim().max(30),
        }),
      )
      .min(1)
      .max(5_000),
  })
  .meta({ id: 'NewRates' });
