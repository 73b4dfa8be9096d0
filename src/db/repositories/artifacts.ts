import { and, asc, eq, getTableColumns, gte, inArray, isNull, lt } from 'drizzle-orm'

import type { ArtifactFilter, ArtifactRepository } from '../../domain/store.ts'
import { artifacts } from '../schema/artifacts.ts'
import { jobs } from '../schema/jobs.ts'
import type { Session } from '../session.ts'
import { byKey } from './insert-order.ts'
import { beyond, newestFirst } from './keyset.ts'

const columns = getTableColumns(artifacts)
const place = { at: artifacts.createdAt, id: artifacts.id }
const itsJob = eq(jobs.id, artifacts.jobId)
const jobAlive = isNull(jobs.deletedAt)

export function createArtifactRepository({ db }: Session): ArtifactRepository {
  return {
    async insert(added) {
      if (added.length === 0) return
      await db
        .insert(artifacts)
        .values(byKey(added, ({ id }) => id))
        .onConflictDoNothing({ target: artifacts.id })
    },

    async get(id, { tenantId }) {
      const [artifact] = await db
        .select(columns)
        .from(artifacts)
        .innerJoin(jobs, itsJob)
        .where(and(eq(artifacts.id, id), eq(artifacts.tenantId, tenantId), jobAlive))
      return artifact ?? null
    },

    async getForLink(id) {
      const [artifact] = await db
        .select(columns)
        .from(artifacts)
        .innerJoin(jobs, itsJob)
        .where(and(eq(artifacts.id, id), jobAlive))
      return artifact ?? null
    },

    async listForJob(jobId) {
      return db.select().from(artifacts).where(eq(artifacts.jobId, jobId)).orderBy(asc(artifacts.createdAt), asc(artifacts.id))
    },

    async list(filter, page) {
      return db
        .select(columns)
        .from(artifacts)
        .innerJoin(jobs, itsJob)
        .where(and(jobAlive, ...matches(filter), beyond(place, page.before)))
        .orderBy(...newestFirst(place))
        .limit(page.limit)
    },
  }
}

function matches(filter: ArtifactFilter) {
  return [
    eq(artifacts.tenantId, filter.tenantId),
    filter.kind && inArray(artifacts.kind, filter.kind),
    filter.jobId === undefined ? undefined : eq(artifacts.jobId, filter.jobId),
    filter.createdAfter && gte(artifacts.createdAt, filter.createdAfter),
    filter.createdBefore && lt(artifacts.createdAt, filter.createdBefore),
  ]
}
