import type { LateIndex } from './migration-files.ts'
import { patiently } from './patiently.ts'
import type { PoolClient } from './pool.ts'

/** Builds it while others write. What a build that died left behind is not valid, slows every write, and goes first. */
export async function buildIndex(client: PoolClient, { schema, name, sql }: LateIndex): Promise<void> {
  const { rows } = await client.query<{ valid: boolean }>(
    'select i.indisvalid as valid from pg_index i where i.indexrelid = to_regclass($1)',
    [`"${schema}"."${name}"`],
  )
  if (rows[0]?.valid === true) return
  if (rows[0] !== undefined) await client.query(patiently(`drop index concurrently "${schema}"."${name}"`))
  await client.query(patiently(sql))
}
