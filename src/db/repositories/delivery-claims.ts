import { and, asc, eq, isNull, lte, or, sql, type SQL } from 'drizzle-orm'

import type { ClaimedDelivery, DeliveryRepository } from '../../domain/callback-store.ts'
import type { Db } from '../database.ts'
import { deliveries } from '../schema/deliveries.ts'
import { callbackTargets, endpoints } from '../schema/endpoints.ts'
import { tenants } from '../schema/tenants.ts'

const pending = sql`${deliveries.state} = 'pending'`
/** However much waits for one target, it leaves room for the others. */
const MOST_OF_ONE_TARGET = 100

/** Its order is by the first attempt: one that failed it holds nobody up any more. */
const isBehind = sql`exists (
  select 1 from longhaul.deliveries earlier
  where earlier.job_id = ${deliveries.jobId} and earlier.target_id = ${deliveries.targetId} and earlier.event_seq < ${deliveries.eventSeq}
    and earlier.state = 'pending' and earlier.attempts = 0)`

/** What an older version planned names no target, so that one of those says nothing of the others. */
export function isHeldBack(now: Date): SQL {
  return sql`exists (select 1 from longhaul.callback_targets t
    where t.id = ${deliveries.targetId} and t.id <> '' and t.held_until > ${now.toISOString()})`
}

/** In one statement, with all that sending them takes. */
export async function claimDeliveries(
  db: Db,
  { ids, now, dueBy, until }: { ids: string[]; now: Date; dueBy: Date; until: Date },
): Promise<ClaimedDelivery[]> {
  const free = db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(
      and(
        sql`${deliveries.id} = any(${sql.param(ids)})`,
        pending,
        or(isNull(deliveries.claimedUntil), lte(deliveries.claimedUntil, now)),
        or(isNull(deliveries.dueAt), lte(deliveries.dueAt, dueBy)),
        sql`not ${isHeldBack(now)}`,
        sql`not ${isBehind}`,
      ),
    )
    .orderBy(asc(deliveries.id))
    .for('update', { skipLocked: true })
  const claimed = db.$with('claimed').as(
    db
      .update(deliveries)
      .set({ claimedUntil: until })
      .where(sql`${deliveries.id} in ${free}`)
      .returning(),
  )
  return db
    .with(claimed)
    .select({ delivery: claimed._.selectedFields, endpoint: endpoints, tenant: tenants, target: callbackTargets })
    .from(claimed)
    .leftJoin(endpoints, eq(endpoints.id, claimed.endpointId))
    .leftJoin(tenants, and(isNull(claimed.endpointId), eq(tenants.id, claimed.tenantId)))
    .leftJoin(callbackTargets, eq(callbackTargets.id, claimed.targetId))
}

/**
 * Goes from target to target by the index, so that it costs as much as there are targets with something to send, however much
 * that is. A target that is held back gets nothing, and one that fails a single one, to see whether it works again.
 */
export async function takeDueDeliveries(db: Db, { now, nextDue, limit }: Parameters<DeliveryRepository['takeDue']>[0]): Promise<string[]> {
  const at = now.toISOString()
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive target as (
      (select target_id from longhaul.deliveries where state = 'pending' order by target_id limit 1)
      union all
      select (select d.target_id from longhaul.deliveries d where d.state = 'pending' and d.target_id > target.target_id
              order by d.target_id limit 1)
      from target where target.target_id is not null
    ), due as (
      select d.id, d.due_at from target
      left join longhaul.callback_targets t on t.id = target.target_id and t.id <> ''
      cross join lateral (
        select id, due_at from longhaul.deliveries
        where target_id = target.target_id and state = 'pending' and due_at <= ${at} and (claimed_until is null or claimed_until <= ${at})
        order by due_at
        limit case when t.failing_since is null then ${MOST_OF_ONE_TARGET}::int else 1 end
      ) d
      where target.target_id is not null and (t.held_until is null or t.held_until <= ${at})
      order by d.due_at limit ${limit}
    )
    update longhaul.deliveries set due_at = ${nextDue.toISOString()}
    where id in (select id from longhaul.deliveries where id in (select id from due) order by id for update skip locked)
      and state = 'pending' and due_at <= ${at}
    returning id, target_id`)
  return rows.map(({ id }) => id)
}
