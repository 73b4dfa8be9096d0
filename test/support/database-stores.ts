import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createStore, openDatabase } from '../../src/db/index.ts'
import type { Database } from '../../src/db/index.ts'
import type { Store } from '../../src/domain/store.ts'
import { createTestDataDir } from './database-embedded.ts'
import { createTestDatabase } from './database.ts'
import { emptyRows } from './empty-rows.ts'
import { describeWith } from './servers.ts'

export interface TestStore extends AsyncDisposable {
  kind: Database['kind']
  database: Database
  store: Store
}

/** The suite once over each database; every test starts with empty tables. */
export function describeStores(name: string, suite: (here: () => TestStore) => void): void {
  for (const kind of ['embedded', 'postgres'] as const) {
    describeWith(`${name}, ${kind}`, { needs: kind === 'postgres' ? ['postgres'] : [] }, () => {
      let opened: TestStore | undefined
      const here = (): TestStore => {
        if (opened === undefined) throw new Error('The database is open only while tests run.')
        return opened
      }
      beforeAll(async () => {
        opened = await openTestStore(kind)
      }, 120_000)
      beforeEach(() => emptyRows(here().database))
      afterAll(() => opened?.[Symbol.asyncDispose]())
      suite(here)
    })
  }
}

async function openTestStore(kind: Database['kind']): Promise<TestStore> {
  await using stack = new AsyncDisposableStack()
  const place = kind === 'postgres' ? stack.use(await createTestDatabase()) : stack.use(await createTestDataDir())
  const database = stack.use(await openDatabase(place))
  const opened = stack.move()
  return { kind, database, store: createStore(database), [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
