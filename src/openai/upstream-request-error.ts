import type { UpstreamError } from '../domain/model.ts'

/** A request without an outcome of its own for failure. Carries no cause: that might hold the key. */
export class UpstreamRequestError extends Error {
  override name = 'UpstreamRequestError'
  readonly upstream: UpstreamError

  constructor(upstream: UpstreamError) {
    super(upstream.message)
    this.upstream = upstream
  }
}
