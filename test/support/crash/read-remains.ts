import { createHash } from 'node:crypto'
import { openDatabase } from '../../../src/db/index.ts'
import { openObjectStore, parseStorageUrl } from '../../../src/storage/index.ts'
import type { StorageConfig } from '../../../src/storage/index.ts'
import type { SetupHost } from '../setups.ts'

interface JobRow {
  id: string
  status: string
  code: string | null
  finishedAt: Date | null
  deleted: boolean
}

interface TurnRow {
  id: string
  jobId: string
  state: string
  responseId: string | null
}

interface ArtifactRow {
  id: string
  jobId: string
  kind: string
  status: string
  objectKey: string | null
  bytes: number | null
  sha256: string | null
}

interface DeliveryRow {
  id: string
  jobId: string
  type: string
  seq: number
  state: string
}

/** All that is left once the service was stopped, read from its database and its object store themselves. */
export interface Remains {
  jobs: Map<string, JobRow>
  turns: TurnRow[]
  artifacts: ArtifactRow[]
  deliveries: DeliveryRow[]
  /** Events that a callback wants, by job and number. */
  events: { jobId: string; seq: number; type: string }[]
  /** The `webhook-id` of every webhook that was taken in. */
  webhooks: Set<string>
  /** Rows whose next step is owed for longer than the sweep may need, in words. */
  stuck: string[]
  objects: Map<string, { bytes: number; sha256: string }>
}

/** The grace of the sweep and several of its rounds: the machine may be busy. */
const OVERDUE_SECONDS = 30

const QUERIES = {
  jobs: `select id, status, error ->> 'code' as code, finished_at as "finishedAt", deleted_at is not null as deleted from longhaul.jobs`,
  turns: `select id, job_id as "jobId", state, response_id as "responseId" from longhaul.turns order by job_id, number`,
  artifacts: `select id, job_id as "jobId", kind, status, object_key as "objectKey", bytes::int, sha256 from longhaul.artifacts`,
  deliveries: `select id, job_id as "jobId", event_type as type, event_seq as seq, state from longhaul.deliveries`,
  events: `select job_id as "jobId", seq, type from longhaul.events where type in
    ('job.completed', 'job.incomplete', 'job.failed', 'job.cancelled', 'job.requires_action')`,
  webhooks: `select webhook_id as id from longhaul.inbox`,
  stuck: `
    with owed as (
      select 'turn ' || id || ', ' || state as what, due_at, claimed_until from longhaul.turns where state <> 'done'
      union all select 'webhook ' || id, due_at, null from longhaul.inbox where handled_at is null
      union all select 'callback ' || id, due_at, claimed_until from longhaul.deliveries where state = 'pending'
      union all select 'deletion of ' || id, deleted_at + interval '70 seconds', null from longhaul.jobs where deleted_at is not null
    )
    select what || ', due ' || coalesce(due_at::text, 'never') as what from owed
    where (due_at is null or due_at < $1) and (claimed_until is null or claimed_until < $1)`,
} as const

export async function readRemains(host: SetupHost, { stoppedAt }: { stoppedAt: Date }): Promise<Remains> {
  const { DATABASE_URL: url, DATA_DIR: dataDir = '' } = host.env
  await using database = await openDatabase(url === undefined ? { dataDir } : { url })
  const read = async <T>(query: string, values: unknown[] = []): Promise<T[]> => (await database.pool.query(query, values)).rows as T[]
  const overdue = new Date(stoppedAt.getTime() - OVERDUE_SECONDS * 1_000)
  const jobs = await read<JobRow>(QUERIES.jobs)
  return {
    jobs: new Map(jobs.map((job) => [job.id, job])),
    turns: await read(QUERIES.turns),
    artifacts: await read(QUERIES.artifacts),
    deliveries: await read(QUERIES.deliveries),
    events: await read(QUERIES.events),
    webhooks: new Set((await read<{ id: string }>(QUERIES.webhooks)).map(({ id }) => id)),
    stuck: (await read<{ what: string }>(QUERIES.stuck, [overdue])).map(({ what }) => what),
    objects: await readObjects(host),
  }
}

async function readObjects(host: SetupHost): Promise<Remains['objects']> {
  await using store = await openObjectStore(storageOf(host))
  const objects: Remains['objects'] = new Map()
  for await (const { key, bytes } of store.list('ten_')) {
    const found = await store.get(key)
    const hash = createHash('sha256')
    for await (const chunk of found?.body ?? []) hash.update(chunk)
    objects.set(key, { bytes, sha256: hash.digest('hex') })
  }
  return objects
}

function storageOf({ env }: SetupHost): StorageConfig {
  const { STORAGE_URL: url, DATA_DIR: dataDir = '' } = env
  if (url === undefined) return { kind: 'files', dir: `${dataDir}/objects` }
  const parsed = parseStorageUrl(url)
  if (!parsed.ok) throw new Error(parsed.faults.join('; '))
  return parsed.config
}
