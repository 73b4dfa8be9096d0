import { createHash } from 'node:crypto'
import type { KeptObject } from './doctor-store.ts'
import { mended } from './exam.ts'
import type { Check, Exam } from './exam.ts'
import { restoreObject } from './restore-object.ts'
import { askEach, walkBatches } from './walk.ts'

const AT_ONCE = 8

interface Fault {
  kept: KeptObject
  problem: string
}

/** Artifacts that say they are stored, against what lies in the store. */
export const objectsCheck: Check = {
  name: 'objects',
  about: 'every stored artifact has its object, with the size (with --deep: and the SHA-256) that was written down',
  async *look(exam) {
    for await (const batch of walkBatches((page) => exam.cases.listKept(page))) {
      const ofJobs = Map.groupBy(batch, ({ tenantId, jobId }) => `${tenantId}/${jobId}/`)
      const compared = askEach(listed([...ofJobs]), { atOnce: AT_ONCE, ask: ([prefix, kept]) => compare(exam, { prefix, kept }) })
      for await (const { kept, problem } of flat(compared)) {
        yield await mended(exam, {
          subject: kept.id,
          problem: `${problem} (${kept.objectKey})`,
          remedy: 'fetch it again from OpenAI where it still is, or else say on the artifact that it is lost',
          work: () => restoreObject(exam, kept),
        })
      }
    }
  },
}

/** One list tells of all the objects of a job. */
async function compare(exam: Exam, { prefix, kept }: { prefix: string; kept: KeptObject[] }): Promise<Fault[]> {
  const sizes = new Map<string, number>()
  for await (const { key, bytes } of exam.app.objects.list(prefix)) sizes.set(key, bytes)
  const faults: Fault[] = []
  for (const one of kept) {
    const problem = problemOf(one, sizes.get(one.objectKey)) ?? (exam.deep ? await deepProblem(exam, one) : null)
    if (problem !== null) faults.push({ kept: one, problem })
  }
  return faults
}

function problemOf({ bytes }: KeptObject, size: number | undefined): string | null {
  if (size === undefined) return 'Its object is not there.'
  return bytes === null || bytes === size ? null : `Its object has ${size} bytes, and ${bytes} were written down.`
}

async function deepProblem({ app, signal }: Exam, { objectKey, sha256 }: KeptObject): Promise<string | null> {
  const found = await app.objects.get(objectKey, { signal })
  if (found === null) return 'Its object is not there.'
  const hash = createHash('sha256')
  for await (const chunk of found.body) hash.update(chunk)
  return sha256 === null || hash.digest('hex') === sha256 ? null : 'Its object has another SHA-256 than was written down.'
}

async function* listed<T>(items: T[]): AsyncGenerator<T> {
  yield* items
}

async function* flat<T>(lists: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const list of lists) yield* list
}
