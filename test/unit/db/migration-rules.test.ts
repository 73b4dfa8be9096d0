import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { migrationFaults } from '../../../scripts/migration-rules.ts'

const FOLDER = new URL('../../../migrations/', import.meta.url)
const FIRST = { name: '0000_first', sql: 'CREATE TABLE "longhaul"."jobs" (\n\t"id" text PRIMARY KEY NOT NULL\n);' }

const faultsOf = (sql: string): string[] => migrationFaults([FIRST, { name: '0001_next', sql }])

describe('what a migration may do while the version before it runs', () => {
  test('every migration of ours keeps to the rules', () => {
    const names = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'))
    const files = names.toSorted().map((name) => ({ name, sql: readFileSync(new URL(name, FOLDER), 'utf8') }))
    expect(migrationFaults(files)).toEqual([])
  })

  test.each([
    [
      'a new table with its own index and key',
      'CREATE TABLE "longhaul"."b" ("id" text NOT NULL);\nCREATE UNIQUE INDEX "b_id" ON "longhaul"."b" ("id");',
    ],
    ['a column that may be null', 'ALTER TABLE "longhaul"."jobs" ADD COLUMN "note" text;'],
    ['a column with a default', `ALTER TABLE "longhaul"."jobs" ADD COLUMN "note" text DEFAULT 'not null' NOT NULL;`],
    ['a column that need no longer be there', 'ALTER TABLE "longhaul"."jobs" ALTER COLUMN "id" DROP NOT NULL;'],
    ['an index built beside the service', 'CREATE INDEX CONCURRENTLY "jobs_id" ON "longhaul"."jobs" USING btree ("id");'],
    ['a check of new rows alone', 'ALTER TABLE "longhaul"."jobs" ADD CONSTRAINT "c" CHECK (id is not null) NOT VALID;'],
    ['what says why it is safe', '-- safe: unused since 1.4\nALTER TABLE "longhaul"."jobs" DROP COLUMN "old";'],
  ])('%s passes', (_what, sql) => {
    expect(faultsOf(sql)).toEqual([])
  })

  test.each([
    ['a column dropped', 'ALTER TABLE "longhaul"."jobs" DROP COLUMN "id";', 'still uses it'],
    ['a column renamed', 'ALTER TABLE "longhaul"."jobs" RENAME COLUMN "id" TO "key";', 'still uses it'],
    ['a table renamed', 'ALTER TABLE longhaul.jobs RENAME TO work;', 'still uses it'],
    ['a table dropped', 'DROP TABLE "longhaul"."jobs";', 'not known to be safe'],
    ['a column that must be there', 'ALTER TABLE "longhaul"."jobs" ADD COLUMN "note" text NOT NULL;', 'DEFAULT'],
    ['a column made to be there', 'ALTER TABLE "longhaul"."jobs" ALTER COLUMN "id" SET NOT NULL;', 'null'],
    ['another type', 'ALTER TABLE "longhaul"."jobs" ALTER COLUMN "id" SET DATA TYPE uuid;', 'old type'],
    ['a default of its own for each row', 'ALTER TABLE "longhaul"."jobs" ADD COLUMN "k" uuid DEFAULT gen_random_uuid();', 'rewrites'],
    ['an index that blocks writes', 'CREATE INDEX "jobs_id" ON "longhaul"."jobs" ("id");', 'CONCURRENTLY'],
    ['a promise that older writers may break', 'CREATE UNIQUE INDEX CONCURRENTLY "jobs_id" ON "longhaul"."jobs" ("id");', 'forbids'],
    ['a check of every row', 'ALTER TABLE "longhaul"."jobs" ADD CONSTRAINT "c" CHECK (id is not null);', 'not known to be safe'],
    ['rows written all at once', `UPDATE "longhaul"."jobs" SET "id" = 'x';`, 'not known to be safe'],
    ['a comment that gives no reason', '-- safe:\nDROP TABLE "longhaul"."jobs";', 'not known to be safe'],
  ])('%s does not', (_what, sql, why) => {
    expect(faultsOf(sql)).toEqual([expect.stringContaining(why)])
  })

  test('a table of the migration itself may be made in steps, one of an earlier migration may not', () => {
    const make = 'CREATE TABLE "longhaul"."b" ("id" text);'
    const change = 'ALTER TABLE "longhaul"."b" ADD COLUMN "note" text NOT NULL;'
    expect(faultsOf(`${make}\n--> statement-breakpoint\n${change}`)).toEqual([])
    expect(migrationFaults([FIRST, { name: '0001', sql: make }, { name: '0002', sql: change }])).toHaveLength(1)
  })
})
