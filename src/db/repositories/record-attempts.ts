import { sql } from 'drizzle-orm'

import type { MadeAttempt } from '../../domain/callback-store.ts'
import { cleanJson } from '../clean-text.ts'
import type { Db } from '../database.ts'

/**
 * As one parameter and one statement, however many. An attempt whose delivery is gone is not kept (one that goes at this very
 * moment fails the statement), and one whose delivery has ended changes nothing of it. All parts see the rows as they were before.
 */
export async function recordAttempts(db: Db, made: MadeAttempt[]): Promise<{ id: string; nextId: string | null }[]> {
  const { rows } = await db.execute<{ id: string; next_id: string | null }>(sql`
    with made as (
      select * from jsonb_to_recordset(${cleanJson(made.map(asRow))}::jsonb) as made(
        delivery_id text, number int, started_at timestamptz, duration_ms float8, status int, outcome text, message text,
        reply_headers jsonb, reply_body text, state text, due_at timestamptz, finished_at timestamptz, url text)
    ), kept as (
      insert into longhaul.attempts
        (delivery_id, number, started_at, duration_ms, status, outcome, message, reply_headers, reply_body)
      select made.delivery_id, number, started_at, duration_ms, status, outcome, message, reply_headers, reply_body
      from made where exists (select 1 from longhaul.deliveries d where d.id = made.delivery_id)
      on conflict do nothing
    ), moved as (
      update longhaul.deliveries d
      set state = made.state, attempts = made.number, tries = d.tries + 1, due_at = made.due_at, finished_at = made.finished_at,
        url = coalesce(made.url, d.url), claimed_until = null
      from made where d.id = made.delivery_id and d.state = 'pending'
    )
    select made.delivery_id as id, (
      select later.id from longhaul.deliveries d join longhaul.deliveries later
        on later.job_id = d.job_id and later.target_id = d.target_id and later.event_seq > d.event_seq
      where d.id = made.delivery_id and later.state = 'pending' and later.attempts = 0
      order by later.event_seq limit 1
    ) as next_id
    from made`)
  return rows.map(({ id, next_id: nextId }) => ({ id, nextId }))
}

function asRow({ attempt, next }: MadeAttempt): Record<string, unknown> {
  return {
    delivery_id: attempt.deliveryId,
    number: attempt.number,
    started_at: attempt.startedAt,
    duration_ms: attempt.durationMs,
    status: attempt.status,
    outcome: attempt.outcome,
    message: attempt.message,
    reply_headers: attempt.replyHeaders,
    reply_body: attempt.replyBody,
    state: next.state,
    due_at: next.dueAt,
    finished_at: next.finishedAt,
    url: next.url ?? null,
  }
}
