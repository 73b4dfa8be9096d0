import { and, asc, eq, inArray, isNotNull, lt, lte, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

import type { JobRepository } from '../../domain/store.ts'
import { jobRequests, jobs } from '../schema/jobs.ts'
import type { Session } from '../session.ts'
import { alive, columns, deletedAt, deleteUpstream, matching } from './job-rows.ts'
import { beyond, newestFirst, past } from './keyset.ts'

const place = { at: jobs.createdAt, id: jobs.id }

/** Spelled as in the partial indexes, or they would not serve. */
const open = and(sql`status in ('queued', 'in_progress', 'requires_action')`, alive)

export function createJobRepository({ db, atomically }: Session): JobRepository {
  return {
    async insert(job, request) {
      await atomically(async (tx) => {
        await tx.insert(jobs).values(job)
        await tx.insert(jobRequests).values({ jobId: job.id, ...request })
      })
    },

    async get(id, scope) {
      const mine = scope && eq(jobs.tenantId, scope.tenantId)
      const [job] = await db
        .select(columns)
        .from(jobs)
        .where(and(eq(jobs.id, id), alive, mine))
      return job ?? null
    },

    async getRequest(id) {
      const [request] = await db
        .select({ body: jobRequests.body, sealedSecrets: jobRequests.sealedSecrets })
        .from(jobRequests)
        .innerJoin(jobs, eq(jobs.id, jobRequests.jobId))
        .where(and(eq(jobs.id, id), alive))
      return request ?? null
    },

    async list(filter, page) {
      return db
        .select(columns)
        .from(jobs)
        .where(and(...matching(filter), beyond(place, page.before)))
        .orderBy(...newestFirst(place))
        .limit(page.limit)
    },

    async update(id, { from, set }) {
      const [job] = await db
        .update(jobs)
        .set({ status: sql`${jobs.status}`, ...set })
        .where(and(eq(jobs.id, id), alive, inArray(jobs.status, [...from])))
        .returning(columns)
      return job ?? null
    },

    async requestCancel(id, at) {
      const wish = sql`case when ${open} then coalesce(cancel_requested_at, ${sql.param(at, jobs.cancelRequestedAt)}) else cancel_requested_at end`
      const [job] = await db
        .update(jobs)
        .set({ cancelRequestedAt: wish })
        .where(and(eq(jobs.id, id), alive))
        .returning(columns)
      return job ?? null
    },

    async listCancelRequested({ before, beyond: from = null, limit }) {
      const wished = { at: jobs.cancelRequestedAt, id: jobs.id }
      return db
        .select(columns)
        .from(jobs)
        .where(and(open, lt(jobs.cancelRequestedAt, before), past(wished, from)))
        .orderBy(asc(wished.at), asc(wished.id))
        .limit(limit)
    },

    async listPastDeadline({ now, beyond: from = null, limit }) {
      const late = { at: jobs.deadlineAt, id: jobs.id }
      return db
        .select(columns)
        .from(jobs)
        .where(and(open, lte(jobs.deadlineAt, now), past(late, from)))
        .orderBy(asc(late.at), asc(late.id))
        .limit(limit)
    },

    async listActionOverdue({ now, limit }) {
      return db
        .select(columns)
        .from(jobs)
        .where(and(sql`status = 'requires_action'`, alive, lte(jobs.actionDueAt, now)))
        .orderBy(asc(jobs.actionDueAt))
        .limit(limit)
    },

    async listFollowUps(id) {
      const found = await db
        .select({ id: jobs.id })
        .from(jobs)
        .where(and(eq(jobs.previousJobId, id), alive))
        .orderBy(asc(jobs.createdAt), asc(jobs.id))
        .limit(100)
      return found.map((job) => job.id)
    },

    async takeExpired({ now, limit }) {
      return mark({ at: now, where: and(alive, lte(jobs.expiresAt, now)), by: jobs.expiresAt, limit })
    },

    async markDeleted(id, { at, upstream }) {
      const marked = await db
        .update(jobs)
        .set({ deletedAt: at, deleteUpstream: upstream })
        .where(and(eq(jobs.id, id), alive))
        .returning({ id: jobs.id })
      return marked.length > 0
    },

    async getDeleted(id) {
      const [deleted] = await db
        .select({ job: columns, upstream: deleteUpstream })
        .from(jobs)
        .where(and(eq(jobs.id, id), isNotNull(deletedAt)))
      return deleted ?? null
    },

    async takeDeleted({ before, at, limit }) {
      return mark({ at, where: and(isNotNull(deletedAt), lt(deletedAt, before)), by: deletedAt, limit })
    },

    async deferPurge(id, to) {
      await db
        .update(jobs)
        .set({ deletedAt: to })
        .where(and(eq(jobs.id, id), isNotNull(deletedAt)))
    },

    async listKnown(ids) {
      if (ids.length === 0) return []
      const known = await db.select({ id: jobs.id }).from(jobs).where(inArray(jobs.id, ids))
      return known.map(({ id }) => id)
    },

    async remove(id) {
      await db.delete(jobs).where(eq(jobs.id, id))
    },

    async countAhead(job) {
      const ahead = db
        .select({ id: jobs.id })
        .from(jobs)
        .where(and(eq(jobs.account, job.account), sql`status = 'queued'`, alive, beyond(place, job)))
        .limit(1_000)
        .as('ahead')
      return db.$count(ahead)
    },
  }

  /** Two that mark at once mark different rows. */
  async function mark({ at, where, by, limit }: { at: Date; where: SQL | undefined; by: PgColumn; limit: number }): Promise<string[]> {
    const found = db.select({ id: jobs.id }).from(jobs).where(where).orderBy(asc(by)).limit(limit).for('update', { skipLocked: true })
    const marked = await db.update(jobs).set({ deletedAt: at }).where(inArray(jobs.id, found)).returning({ id: jobs.id })
    return marked.map(({ id }) => id)
  }
}
