import { integer } from 'drizzle-orm/pg-core'

import { instant, longhaul, text } from './columns.ts'

export const migrations = longhaul.table('migrations', {
  number: integer('number').primaryKey(),
  name: text('name').notNull(),
  hash: text('hash').notNull(),
  appliedAt: instant('applied_at').notNull().defaultNow(),
})
