import type { RequestHandler } from 'express'
import { badKey, rateLimited, serverError, slowDown, type Fault } from './fault.ts'
import { playFault } from './reply.ts'

const FAULTS = {
  reset: { kind: 'reset' },
  hang: { kind: 'hang' },
  error_500: serverError,
  error_503: slowDown,
  rate_limited: rateLimited,
  unauthorized: badKey,
  html_502: { kind: 'html', status: 502 },
} as const satisfies Record<string, Fault>

/** `lost_replies`: every request takes effect, and no answer arrives. */
export type OutageMode = 'none' | 'lost_replies' | keyof typeof FAULTS

export interface OutageScope {
  /** Only requests whose `METHOD /path` matches. */
  match?: RegExp
  /** Over after so many requests. */
  times?: number
}

export interface OutageSwitch {
  set(mode: OutageMode, scope?: OutageScope): void
  handler: RequestHandler
}

export function createOutageSwitch(): OutageSwitch {
  let mode: OutageMode = 'none'
  let scope: OutageScope = {}
  let left = Number.POSITIVE_INFINITY
  return {
    set: (wanted, wantedScope = {}) => {
      mode = wanted
      scope = wantedScope
      left = wantedScope.times ?? Number.POSITIVE_INFINITY
    },
    handler: (req, res, next) => {
      const hit = mode !== 'none' && left > 0 && (scope.match?.test(`${req.method} ${req.originalUrl}`) ?? true)
      if (!hit || mode === 'none') return next()
      left -= 1
      if (mode !== 'lost_replies') return playFault(res, FAULTS[mode])
      res.end = () => {
        res.socket?.destroy()
        return res
      }
      next()
    },
  }
}
