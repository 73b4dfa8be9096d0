import { desc, sql } from 'drizzle-orm'
import { bigint, boolean, index, integer } from 'drizzle-orm/pg-core'

import type { EventType, JobStatus } from '../../domain/job-status.ts'
import type { JobError, JsonObject, OnUnconfirmed, Progress } from '../../domain/model.ts'
import { instant, jsonb, longhaul, nameOf, text, tsvector } from './columns.ts'
import { wordsOf } from './search-words.ts'

export const jobs = longhaul.table(
  'jobs',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    keyId: text('key_id'),
    account: text('account').notNull(),
    status: nameOf<JobStatus>('status').notNull(),
    model: text('model').notNull(),
    labels: jsonb('labels').$type<Record<string, string>>().notNull(),
    metadata: jsonb('metadata').$type<Record<string, string>>().notNull(),
    priority: integer('priority').notNull(),
    callbackUrl: text('callback_url'),
    callbackEvents: jsonb('callback_events').$type<EventType[]>(),
    startAfter: instant('start_after'),
    deadlineAt: instant('deadline_at'),
    retentionDays: integer('retention_days'),
    expiresAt: instant('expires_at'),
    previousJobId: text('previous_job_id'),
    onUnconfirmed: nameOf<OnUnconfirmed>('on_unconfirmed').notNull(),
    endUser: text('end_user'),
    responseId: text('response_id'),
    progress: jsonb('progress').$type<Progress>(),
    error: jsonb('error').$type<JobError>(),
    incompleteDetails: jsonb('incomplete_details').$type<JsonObject>(),
    refusal: text('refusal'),
    requiredAction: jsonb('required_action').$type<JsonObject>(),
    actionTimeoutSeconds: integer('action_timeout_seconds').notNull().default(86_400),
    actionDueAt: instant('action_due_at'),
    costMicroUsd: bigint('cost_micro_usd', { mode: 'number' }),
    cancelRequestedAt: instant('cancel_requested_at'),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    /** Number of the job's newest event. */
    lastSeq: integer('last_seq').notNull().default(0),
    /** From then on no reader sees the row; the purge takes it away. */
    deletedAt: instant('deleted_at'),
    deleteUpstream: boolean('delete_upstream').notNull().default(false),
  },
  (job) => {
    const alive = sql`deleted_at is null`
    const open = sql`status in ('queued', 'in_progress', 'requires_action') and deleted_at is null`
    return [
      index('jobs_list').on(job.tenantId, desc(job.createdAt), desc(job.id)).where(alive),
      index('jobs_list_by_status').on(job.tenantId, job.status, desc(job.createdAt), desc(job.id)).where(alive),
      index('jobs_labels').using('gin', sql`labels jsonb_path_ops`),
      index('jobs_queued')
        .on(job.account, job.createdAt, job.id)
        .where(sql`status = 'queued' and deleted_at is null`),
      index('jobs_deadline').on(job.deadlineAt).where(open),
      index('jobs_cancel_requested').on(job.cancelRequestedAt).where(open),
      index('jobs_action_due')
        .on(job.actionDueAt)
        .where(sql`status = 'requires_action' and deleted_at is null`),
      index('jobs_previous').on(job.previousJobId),
      index('jobs_expiry').on(job.expiresAt).where(alive),
      index('jobs_deleted')
        .on(job.deletedAt)
        .where(sql`deleted_at is not null`),
    ]
  },
)

export const jobRequests = longhaul.table('job_requests', {
  jobId: text('job_id')
    .primaryKey()
    .references(() => jobs.id, { onDelete: 'cascade' }),
  body: text('body').notNull(),
  sealedSecrets: text('sealed_secrets'),
})

/** What full-text search reads. Cut where it is written: an index entry holds a megabyte at most. */
export const jobSearch = longhaul.table(
  'job_search',
  {
    jobId: text('job_id')
      .primaryKey()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    labels: text('labels').notNull().default(''),
    prompt: text('prompt').notNull().default(''),
    output: text('output').notNull().default(''),
    extra: text('extra').notNull().default(''),
    document: tsvector('document')
      .notNull()
      .generatedAlwaysAs(
        sql`${wordsOf('labels', 'A')} || ${wordsOf('prompt', 'B')} || ${wordsOf('output', 'C')} || ${wordsOf('extra', 'D')}`,
      ),
  },
  (search) => [index('job_search_document').using('gin', search.document)],
)
