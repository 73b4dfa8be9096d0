import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

import type { DoctorStore, TablePage } from '../../domain/doctor/doctor-store.ts'
import { FINAL_STATUSES } from '../../domain/job-status.ts'
import { artifacts } from '../schema/artifacts.ts'
import { deliveries } from '../schema/deliveries.ts'
import { inbox } from '../schema/inbox.ts'
import { jobs } from '../schema/jobs.ts'
import { results, turns } from '../schema/turns.ts'
import { usage } from '../schema/usage.ts'
import type { Session } from '../session.ts'

/** Spelled as in the partial indexes, or they would not serve. */
const toBeDone = sql`state <> 'done'`
const alive = isNull(jobs.deletedAt)

export function createDoctorRepository({ db }: Session): DoctorStore {
  return {
    async version() {
      const { rows } = await db.execute<{ number: string }>(sql`select current_setting('server_version_num') as number`)
      return Number(rows[0]?.number)
    },

    async listKept({ beyond, limit }) {
      const { id, tenantId, jobId, turnId, bytes, sha256, path, containerId, fileId } = artifacts
      const objectKey = sql<string>`${artifacts.objectKey}`
      return db
        .select({ id, tenantId, jobId, turnId, objectKey, bytes, sha256, path, containerId, fileId })
        .from(artifacts)
        .innerJoin(jobs, eq(jobs.id, jobId))
        .where(and(alive, eq(artifacts.status, 'stored'), isNotNull(artifacts.objectKey), after(id, beyond)))
        .orderBy(asc(id))
        .limit(limit)
    },

    async markLost(artifactId, error) {
      await db.update(artifacts).set({ status: 'failed', error }).where(eq(artifacts.id, artifactId))
    },

    async listNamed(keys) {
      if (keys.length === 0) return []
      // By the ids within the keys: they have an index.
      const ids = keys.map((key) => /([^/]+)\.[^./]+$/.exec(key)?.[1] ?? '')
      const found = await db.select({ key: artifacts.objectKey }).from(artifacts).where(inArray(artifacts.id, ids))
      return found.flatMap(({ key }) => key ?? [])
    },

    async listStatuses(jobIds) {
      if (jobIds.length === 0) return []
      return db.select({ id: jobs.id, status: jobs.status }).from(jobs).where(inArray(jobs.id, jobIds))
    },

    async listIdle({ beyond, limit }) {
      const pending = db.select({ jobId: turns.jobId }).from(turns).where(toBeDone)
      const open = inArray(jobs.status, ['queued', 'in_progress'])
      return db
        .select({ id: jobs.id })
        .from(jobs)
        .where(and(open, alive, sql`${jobs.id} not in ${pending}`, after(jobs.id, beyond)))
        .orderBy(asc(jobs.id))
        .limit(limit)
    },

    async listLeftOver({ beyond, limit }) {
      const ended = db
        .select({ id: jobs.id })
        .from(jobs)
        .where(and(eq(jobs.id, turns.jobId), inArray(jobs.status, [...FINAL_STATUSES])))
      return turnsWhere(sql`exists ${ended}`, { beyond, limit })
    },

    async listLateTurns({ before, heldUntil, ...page }) {
      return turnsWhere(or(late(turns.dueAt, before), gt(turns.claimedUntil, heldUntil)), page)
    },

    async listLateEvents({ before, beyond, limit }) {
      return db
        .select({ id: inbox.id, dueAt: inbox.dueAt })
        .from(inbox)
        .where(and(isNull(inbox.handledAt), late(inbox.dueAt, before), after(inbox.id, beyond)))
        .orderBy(asc(inbox.id))
        .limit(limit)
    },

    async listLateDeliveries({ before, beyond, limit }) {
      const pending = sql`state = 'pending'`
      return db
        .select({ id: deliveries.id, dueAt: deliveries.dueAt })
        .from(deliveries)
        .where(and(pending, late(deliveries.dueAt, before), after(deliveries.id, beyond)))
        .orderBy(asc(deliveries.id))
        .limit(limit)
    },

    async hurryDelivery(id, at) {
      await db
        .update(deliveries)
        .set({ dueAt: at })
        .where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending')))
    },

    async listLatePurges({ before, ...page }) {
      return deletedWhere(lt(jobs.deletedAt, before), page)
    },

    async listDeferredPurges({ now, ...page }) {
      return deletedWhere(gt(jobs.deletedAt, now), page)
    },

    async listRunning(page) {
      return turnsWhere(eq(turns.state, 'running'), page)
    },

    async listResults({ beyond, limit }) {
      return db
        .select({ id: results.turnId, hasUsage: sql<boolean>`${usage.turnId} is not null` })
        .from(results)
        .leftJoin(usage, eq(usage.turnId, results.turnId))
        .where(after(results.turnId, beyond))
        .orderBy(asc(results.turnId))
        .limit(limit)
    },
  }

  function deletedWhere(where: SQL, { beyond, limit }: TablePage) {
    return db
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(isNotNull(jobs.deletedAt), where, after(jobs.id, beyond)))
      .orderBy(asc(jobs.id))
      .limit(limit)
  }

  function turnsWhere(where: SQL | undefined, { beyond, limit }: TablePage) {
    return db
      .select()
      .from(turns)
      .where(and(toBeDone, where, after(turns.id, beyond)))
      .orderBy(asc(turns.id))
      .limit(limit)
  }
}

function after(id: PgColumn, beyond: string | null): SQL | undefined {
  return beyond === null ? undefined : gt(id, beyond)
}

function late(dueAt: PgColumn, before: Date): SQL | undefined {
  return or(isNull(dueAt), lt(dueAt, before))
}
