import { invalidRequest } from '../http-error.ts'

const MAX_SECONDS = 60

/** The seconds of `Prefer: wait=N` among other preferences, which are for others; null: not asked for. */
export function waitSeconds(prefer: string | undefined): number | null {
  for (const preference of prefer?.split(',') ?? []) {
    const [name, value] = (preference.split(';')[0] ?? '').split('=').map((part) => part.trim())
    if (name?.toLowerCase() !== 'wait') continue
    const seconds = /^"?(\d{1,3})"?$/.exec(value ?? '')?.[1]
    if (seconds === undefined || Number(seconds) < 1 || Number(seconds) > MAX_SECONDS) {
      throw invalidRequest([{ field: 'Prefer', message: `must be wait=N with N from 1 to ${MAX_SECONDS}` }])
    }
    return Number(seconds)
  }
  return null
}
