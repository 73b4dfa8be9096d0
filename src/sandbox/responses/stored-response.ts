import type { Scenario } from '../scenarios.ts'
import type { CreateRequest } from './create-request.ts'
import type { Item, WireResponse } from './wire.ts'

export interface StoredResponse {
  readonly id: string
  readonly request: CreateRequest
  readonly scenario: Scenario
  /** As it is now, with everything that `include` could ask for. */
  body: WireResponse
  /** The whole conversation that led here, oldest first, each item with an id. */
  readonly inputItems: readonly Item[]
  readonly parent: StoredResponse | undefined
  containerId: string | undefined
  /** On the sandbox's own clock. */
  finalAtMs: number | undefined
  readsWhenFinal: number
  /** Aborted to end the waiting: by cancel, by `finishAll`. */
  readonly hurry: AbortController
  /** Resolves each time the status changes. */
  readonly changes: ChangeSignal
}

export interface ChangeSignal {
  next(): Promise<void>
  fire(): void
}

export function createChangeSignal(): ChangeSignal {
  let waiting = Promise.withResolvers<void>()
  return {
    next: () => waiting.promise,
    fire: () => {
      const fired = waiting
      waiting = Promise.withResolvers<void>()
      fired.resolve()
    },
  }
}
