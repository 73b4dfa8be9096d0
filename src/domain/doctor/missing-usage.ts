import type { JsonObject } from '../model.ts'
import { usageOf } from '../price-turn.ts'
import { mended } from './exam.ts'
import type { Check, Exam, Mend } from './exam.ts'
import { walk } from './walk.ts'

/** Turns that have a result and no line in the ledger. */
export const missingUsageCheck: Check = {
  name: 'usage',
  about: 'what every stored result used and cost is written down',
  async *look(exam) {
    for await (const { id, hasUsage } of walk((page) => exam.cases.listResults(page))) {
      if (hasUsage) continue
      yield await mended(exam, {
        subject: id,
        problem: 'It has a result, and what it used and cost was not written down.',
        remedy: 'price it by its stored result',
        work: () => price(exam, id),
      })
    }
  },
}

async function price({ app: { store } }: Exam, turnId: string): Promise<Mend> {
  const turn = await store.turns.get(turnId)
  const job = turn === null ? null : await store.jobs.get(turn.jobId)
  const result = await store.results.getForTurn(turnId)
  if (turn === null || job === null || result === null) return { left: 'left as it is: its job is gone' }
  await store.usage.insert(usageOf({ job, turn, response: JSON.parse(result.body) as JsonObject, at: result.createdAt }))
  const costMicroUsd = await store.usage.costOfJob(job.id)
  await store.jobs.update(job.id, { from: [job.status], set: { costMicroUsd } })
  return 'priced it by its stored result'
}
