import type { RequestHandler } from 'express'

/** For replies that a browser should make nothing of; pages set their own policy. */
export const CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"

const HEADERS = new Map([
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', CLOSED_POLICY],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
])

export const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeaders(HEADERS)
  next()
}
