import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

export const MIGRATIONS = new URL('../../migrations/', import.meta.url)

const BREAKPOINT = '--> statement-breakpoint'
const CONCURRENTLY = /^\s*create\s+(?:unique\s+)?index\s+(concurrently)\s+"(\w+)"\s+on\s+"(\w+)"\./i

export interface Migration {
  number: number
  name: string
  /** Of the whole file. */
  hash: string
  statements: string[]
}

/** In their order; a number is a file's place among the others. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted()
  return Promise.all(
    files.map(async (file, number) => {
      const sql = (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n')
      const hash = createHash('sha256').update(sql).digest('hex')
      return { number, name: file.slice(0, -'.sql'.length), hash, statements: sql.split(BREAKPOINT) }
    }),
  )
}

export interface LateIndex {
  schema: string
  name: string
  sql: string
}

/** An index that is built beside the running service, and so outside of the transaction; null for any other statement. */
export function lateIndex(statement: string): LateIndex | null {
  const [, , name, schema] = CONCURRENTLY.exec(statement) ?? []
  return name === undefined || schema === undefined ? null : { schema, name, sql: statement }
}

/** Where nobody else is, it is built at once. */
export function builtAtOnce(statement: string): string {
  return lateIndex(statement) === null ? statement : statement.replace(/concurrently/i, '')
}
