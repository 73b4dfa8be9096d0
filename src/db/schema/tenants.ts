import { index, primaryKey } from 'drizzle-orm/pg-core'

import { instant, jsonb, longhaul, text } from './columns.ts'

export const tenants = longhaul.table('tenants', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  sealedCallbackSecret: text('sealed_callback_secret').notNull(),
  /** Replaced, but signed with still. */
  sealedRetiringSecrets: text('sealed_retiring_secrets'),
  createdAt: instant('created_at').notNull(),
})

export const apiKeys = longhaul.table(
  'api_keys',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    hash: text('hash').notNull().unique(),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    createdAt: instant('created_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (key) => [index('api_keys_tenant').on(key.tenantId)],
)

export const accounts = longhaul.table(
  'accounts',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text('name').notNull().unique(),
    createdAt: instant('created_at').notNull(),
  },
  (account) => [index('accounts_tenant').on(account.tenantId)],
)

/** No foreign key: what a key was used for is remembered longer than the job may live. */
export const idempotency = longhaul.table(
  'idempotency',
  {
    tenantId: text('tenant_id').notNull(),
    key: text('key').notNull(),
    bodyHash: text('body_hash').notNull(),
    jobId: text('job_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (claim) => [primaryKey({ columns: [claim.tenantId, claim.key] }), index('idempotency_age').on(claim.createdAt)],
)
