import { index, integer, primaryKey } from 'drizzle-orm/pg-core'

import type { EventType } from '../../domain/job-status.ts'
import type { JsonObject } from '../../domain/model.ts'
import { instant, jsonb, longhaul, nameOf, text } from './columns.ts'
import { jobs } from './jobs.ts'

export const events = longhaul.table(
  'events',
  {
    id: text('id').notNull().unique(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    type: nameOf<EventType>('type').notNull(),
    data: jsonb('data').$type<JsonObject>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (event) => [primaryKey({ columns: [event.jobId, event.seq] }), index('events_age').on(event.createdAt, event.id)],
)
