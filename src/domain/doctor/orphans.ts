import { isFinal } from '../job-status.ts'
import { NOT_OURS, objectOwner } from '../object-owner.ts'
import { jobOfKey, oldObjects } from '../remove-orphans.ts'
import type { ObjectInfo } from '../remove-orphans.ts'
import { mended } from './exam.ts'
import type { Check, Exam } from './exam.ts'

/** Objects that no row names: older than an hour, with a key of ours, of a job that is final or has no row. */
export const orphansCheck: Check = {
  name: 'orphans',
  about: 'every object of ours that is older than an hour has a row',
  async *look(exam) {
    const { app } = exam
    for await (const batch of oldObjects(app, '')) {
      for (const { object, problem } of await unnamed(exam, batch)) {
        yield await mended(exam, {
          subject: object.key,
          problem: `${problem} (${object.bytes} bytes)`,
          remedy: 'remove it',
          work: async () => {
            if ((await objectOwner(app)) !== 'us') return { left: NOT_OURS }
            await app.objects.remove([object.key])
            return 'removed it'
          },
        })
      }
    }
  },
}

async function unnamed({ cases }: Exam, batch: ObjectInfo[]): Promise<{ object: ObjectInfo; problem: string }[]> {
  const jobIds = new Set(batch.flatMap(({ key }) => jobOfKey(key) ?? []))
  const statuses = new Map((await cases.listStatuses([...jobIds])).map(({ id, status }) => [id, status]))
  const named = new Set(await cases.listNamed(batch.map(({ key }) => key)))
  return batch.flatMap((object) => {
    const status = statuses.get(jobOfKey(object.key) ?? '')
    if (status === undefined) return { object, problem: 'No job has this object.' }
    // Of an open job it may be a payload whose result is yet to be committed.
    return named.has(object.key) || !isFinal(status) ? [] : { object, problem: 'Its job is final, and no artifact names it.' }
  })
}
