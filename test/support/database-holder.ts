import { createStore, migrate, openDatabase } from '../../src/db/index.ts'
import { insertJob } from './database-rows.ts'

/** A process that writes jobs and tells each one written, until it is killed. */
const database = await openDatabase({ dataDir: process.argv[2] ?? '' })
await migrate(database)
const store = createStore(database)
for (let n = 0; ; n += 1) {
  const { id } = await insertJob(store, { id: `job_${n}` })
  process.stdout.write(`${id}\n`)
}
