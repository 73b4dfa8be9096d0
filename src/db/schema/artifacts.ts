import { desc } from 'drizzle-orm'
import { bigint, index } from 'drizzle-orm/pg-core'

import type { ArtifactKind, ArtifactStatus, JsonObject } from '../../domain/model.ts'
import { instant, jsonb, longhaul, nameOf, text } from './columns.ts'
import { jobs } from './jobs.ts'
import { turns } from './turns.ts'

export const artifacts = longhaul.table(
  'artifacts',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    turnId: text('turn_id')
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    kind: nameOf<ArtifactKind>('kind').notNull(),
    status: nameOf<ArtifactStatus>('status').notNull(),
    objectKey: text('object_key'),
    filename: text('filename').notNull(),
    contentType: text('content_type').notNull(),
    bytes: bigint('bytes', { mode: 'number' }),
    sha256: text('sha256'),
    width: bigint('width', { mode: 'number' }),
    height: bigint('height', { mode: 'number' }),
    itemId: text('item_id'),
    itemType: text('item_type').notNull(),
    containerId: text('container_id'),
    fileId: text('file_id'),
    path: text('path'),
    prefix: text('prefix').notNull(),
    revisedPrompt: text('revised_prompt'),
    params: jsonb('params').$type<JsonObject>().notNull(),
    error: text('error'),
    createdAt: instant('created_at').notNull(),
  },
  (artifact) => [
    index('artifacts_list').on(artifact.tenantId, desc(artifact.createdAt), desc(artifact.id)),
    index('artifacts_job').on(artifact.jobId),
    index('artifacts_turn').on(artifact.turnId),
  ],
)
