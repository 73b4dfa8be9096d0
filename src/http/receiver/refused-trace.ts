import { createBatcher } from '../../domain/batcher.ts'
import type { Context } from '../../domain/context.ts'
import type { Meter } from '../../domain/meter.ts'
import type { RefusedWebhook } from '../../domain/model.ts'

const KEPT_PER_SECOND = 5
const KEPT_ROWS = 1_000

export type NoteRefused = (refused: Omit<RefusedWebhook, 'id' | 'receivedAt'>) => void

/** Tells the operator what is refused, a few of each second: whoever knocks fills neither the log nor the database. */
export function createRefusedTrace(app: Context): NoteRefused {
  const rows = createBatcher<RefusedWebhook>({
    maxSize: 100,
    write: (refused) => app.store.inbox.addRefused(refused, { keep: KEPT_ROWS }),
  })
  let second = 0
  let kept = 0
  let untold = 0

  return (refused) => {
    meterRefused(app.meter, refused)
    const receivedAt = app.clock.now()
    const now = Math.floor(receivedAt.getTime() / 1000)
    if (now !== second) [second, kept] = [now, 0]
    if (kept >= KEPT_PER_SECOND) {
      untold += 1
      return
    }
    kept += 1
    app.log.info({ ...logged(refused), ...(untold > 0 && { untold }) }, 'webhook.refused')
    untold = 0
    rows
      .add({ ...refused, id: app.ids.next('inb'), receivedAt })
      .catch((error: unknown) => app.log.debug({ error }, 'webhook.refused_untraced'))
  }
}

/** The age is OpenAI's word only where the signature is. */
function meterRefused(meter: Meter, { reason, ageSeconds }: Pick<RefusedWebhook, 'reason' | 'ageSeconds'>): void {
  meter.count('webhooks', { outcome: reason })
  const signed = reason === 'too_old' || reason === 'too_new'
  if (signed && ageSeconds !== null) meter.observe('webhook_age_seconds', {}, ageSeconds)
}

function logged({ account, reason, webhookId, ageSeconds, address }: Omit<RefusedWebhook, 'id' | 'receivedAt'>): Record<string, unknown> {
  return { account, reason, webhook_id: webhookId, age_seconds: ageSeconds, address }
}
