import { batches } from './batches.ts'
import type { Context } from './context.ts'
import { idBeginnings } from './ids.ts'
import { claimObjects } from './object-owner.ts'
import { secondsAfter } from './time.ts'

/** Younger ones may belong to a submission or a result that is about to be committed. */
const YOUNG_SECONDS = 3_600
/** The look of every few hours goes back this far; `longhaul doctor` looks through everything. */
const BACK_SECONDS = 86_400
const TENANTS = 100

const ARTIFACT_KEY = /^ten_[0-9a-z]+\/(job_[0-9a-hj-kmnp-tv-z]{26})\/art_[0-9a-hj-kmnp-tv-z]{26}\.[a-z0-9]{1,8}$/

export interface ObjectInfo {
  key: string
  bytes: number
  modifiedAt: Date
}

/** The job that a key of ours belongs to; null: no key that we make. */
export function jobOfKey(key: string): string | null {
  return ARTIFACT_KEY.exec(key)?.[1] ?? null
}

/** Removes what submissions left behind that died between storing their inputs and their commit. */
export async function removeOrphans(app: Context): Promise<{ removed: number }> {
  if ((await claimObjects(app)) !== 'us') {
    app.log.warn({}, 'objects.not_ours')
    return { removed: 0 }
  }
  const now = app.clock.now()
  const beginnings = idBeginnings('job', { from: secondsAfter(now, -BACK_SECONDS), to: now })
  let removed = 0
  for await (const tenantId of allTenants(app)) {
    for (const beginning of beginnings) {
      for await (const orphans of findOrphans(app, `${tenantId}/${beginning}`)) {
        const keys = orphans.map(({ key }) => key)
        await app.objects.remove(keys)
        removed += keys.length
        app.log.info({ removed: keys.length, keys: keys.slice(0, 10) }, 'objects.orphans_removed')
      }
    }
  }
  return { removed }
}

/** Objects whose job has no row and that are no longer young, a batch at a time. */
export async function* findOrphans(app: Context, prefix: string): AsyncGenerator<ObjectInfo[]> {
  for await (const batch of oldObjects(app, prefix)) {
    const jobIds = new Set(batch.map(({ key }) => jobOfKey(key) ?? ''))
    const known = new Set(await app.store.jobs.listKnown([...jobIds]))
    const orphans = batch.filter(({ key }) => !known.has(jobOfKey(key) ?? ''))
    if (orphans.length > 0) yield orphans
  }
}

/** Objects with keys of ours that are no longer young, a batch at a time. */
export async function* oldObjects(app: Context, prefix: string): AsyncGenerator<ObjectInfo[]> {
  const before = secondsAfter(app.clock.now(), -YOUNG_SECONDS)
  yield* batches(oldOnes(app.objects.list(prefix), before))
}

async function* oldOnes(objects: AsyncIterable<ObjectInfo>, before: Date): AsyncGenerator<ObjectInfo> {
  for await (const object of objects) if (jobOfKey(object.key) !== null && object.modifiedAt < before) yield object
}

async function* allTenants(app: Context): AsyncGenerator<string> {
  let beyond: string | null = null
  do {
    const page: string[] = await app.store.tenants.listIds({ beyond, limit: TENANTS })
    yield* page
    beyond = page.length < TENANTS ? null : (page.at(-1) ?? null)
  } while (beyond !== null)
}
