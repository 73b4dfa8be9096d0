import { classifyRefusal } from './classify-refusal.ts'
import type { Hold, HoldReason } from './hold-model.ts'
import { isEased } from './hold-model.ts'
import type { UpstreamError } from './model.ts'
import type { CreateOutcome } from './ports.ts'

export interface AccountFault {
  reason: HoldReason
  /** False: it may have been for this one request, until it happens again and again. */
  sure: boolean
  error: UpstreamError
  retryAfterMs: number | null
}

/** What the outcome of a create says of its account. */
export type AccountNews =
  | { news: 'fault'; fault: AccountFault }
  | { news: 'taken' }
  /** Refused for the request's own sake: OpenAI is there, and takes the key. */
  | { news: 'answered' }
  /** We broke it off ourselves. */
  | { news: 'none' }

export function judgeCreate(outcome: CreateOutcome): AccountNews {
  switch (outcome.outcome) {
    case 'created':
      return { news: 'taken' }
    case 'refused': {
      const { error, retryAfterMs } = outcome
      const { holds } = classifyRefusal(error)
      // A 403 may be for what this one request asks for.
      return holds === null ? { news: 'answered' } : fault(holds, { error, retryAfterMs, sure: error.status !== 403 })
    }
    case 'unsent':
    case 'ambiguous': {
      const { error } = outcome
      if (error.type === 'aborted') return { news: 'none' }
      const isOurs = error.type === 'configuration_error'
      return fault(isOurs ? 'auth_failed' : 'outage', { error, retryAfterMs: null, sure: isOurs })
    }
    default:
      return outcome satisfies never
  }
}

/** A refusal that may be the request's own is first of all an answer, where there was none before. */
export function toldBeside(known: Hold[], told: AccountNews): AccountNews {
  const isDoubtful = told.news === 'fault' && told.fault.reason === 'auth_failed' && !told.fault.sure
  return isDoubtful && known.some((hold) => hold.reason === 'outage' && !isEased(hold)) ? { news: 'answered' } : told
}

/** What the news tell of the holds that were known, apart from the one they struck themselves (`hold`). Null: nothing. */
export function showsOf(
  told: AccountNews,
  { known, hold }: { known: Hold[]; hold: Hold | null },
): { known: Hold[]; news: 'taken' | 'answered' } | null {
  if (told.news === 'taken' || told.news === 'answered') return { known, news: told.news }
  // Too much of one model: OpenAI is there, and takes the key.
  if (told.news !== 'fault' || told.fault.reason !== 'rate_limited') return null
  return { known: known.filter(({ model }) => model !== hold?.model), news: 'answered' }
}

function fault(reason: HoldReason, told: Omit<AccountFault, 'reason'>): AccountNews {
  return { news: 'fault', fault: { reason, ...told } }
}
