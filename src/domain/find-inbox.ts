import type { Context } from './context.ts'
import type { InboxEntry, InboxOutcome, RefusedWebhook } from './model.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'

interface Found<T> {
  rows: T[]
  nextCursor: string | null
}

/** What OpenAI delivered, newest first. */
export async function findInbox(app: Context, { outcome, page }: { outcome: InboxOutcome | null; page: Page }): Promise<Found<InboxEntry>> {
  return byArrival(page, (wider) => app.store.inbox.list(wider, outcome === null ? {} : { outcome }))
}

/** The bounded trace of what was refused at the door. */
export async function findRefused(app: Context, page: Page): Promise<Found<RefusedWebhook>> {
  return byArrival(page, (wider) => app.store.inbox.listRefused(wider))
}

async function byArrival<T extends { id: string; receivedAt: Date }>(page: Page, read: (page: Page) => Promise<T[]>): Promise<Found<T>> {
  const { rows, nextCursor } = await readPage(page, async (wider) =>
    (await read(wider)).map((entry) => ({ id: entry.id, createdAt: entry.receivedAt, entry })),
  )
  return { rows: rows.map(({ entry }) => entry), nextCursor }
}
