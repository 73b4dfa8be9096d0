import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const FOLDER = new URL('../../migrations/', import.meta.url)

export interface MigrationFolder extends AsyncDisposable {
  folder: URL
}

/** Our migrations and one more: those of the version after this one. */
export async function migrationsWith(sql: string): Promise<MigrationFolder> {
  const path = await mkdtemp(join(tmpdir(), 'longhaul-next-'))
  await cp(FOLDER, path, { recursive: true })
  await writeFile(join(path, '9000_next.sql'), sql)
  return { folder: pathToFileURL(`${path}/`), [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** One of each kind that a version may bring while the one before it runs. */
export const NEXT = `
CREATE TABLE "longhaul"."nexts" ("id" text PRIMARY KEY NOT NULL);
--> statement-breakpoint
ALTER TABLE "longhaul"."jobs" ADD COLUMN "next_note" text;--> statement-breakpoint
ALTER TABLE "longhaul"."jobs" ADD COLUMN "next_count" integer DEFAULT 7 NOT NULL;--> statement-breakpoint
ALTER TABLE "longhaul"."turns" ADD COLUMN "next_note" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "jobs_next" ON "longhaul"."jobs" USING btree ("next_count","created_at");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "events_next" ON "longhaul"."events" USING btree ("created_at");
`
