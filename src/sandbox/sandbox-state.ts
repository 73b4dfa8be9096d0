import type { TrueArtifact } from './artifact-truth.ts'
import type { RequestRecord } from './http/middleware.ts'
import type { OutageMode, OutageScope } from './http/outage.ts'
import type { StoredResponse } from './responses/stored-response.ts'
import type { DeliveryRecord } from './webhooks/webhook-sender.ts'
import type { World } from './world.ts'

/** What tests look at, and the knobs they turn. */
export interface SandboxState {
  /** How often a response was created for this `metadata.longhaul_job`. */
  createsFor(longhaulJob: string): number
  readonly creates: ReadonlyMap<string, number>
  readonly responses: ReadonlyMap<string, StoredResponse>
  /** Every picture and file made, by response id. */
  readonly artifacts: ReadonlyMap<string, readonly TrueArtifact[]>
  readonly deliveries: readonly DeliveryRecord[]
  readonly requests: readonly RequestRecord[]
  /** Stops listening, as a host that is down: connections are refused before anything can be sent. */
  refuseConnections(refused: boolean): Promise<void>
  /** Breaks the whole service, or the part that matches, until `outage('none')`. */
  outage(mode: OutageMode, scope?: OutageScope): void
  /** `sandbox_…` metadata for every create that brings none of its own; `{}` ends it. */
  everyCreate(metadata: Readonly<Record<string, string>>): void
  /** Lets objects age: containers idle, stored responses expire. Webhook timestamps stay true. */
  advanceClock(ms: number): void
  /** Webhooks wait while held. */
  holdWebhooks(held: boolean): void
  expireContainers(): void
  /** Ends a response now, stuck or not. */
  finish(responseId: string): Promise<void>
  finishAll(): Promise<void>
  /** Resolves when no run that will end by itself and no delivery is under way. */
  settled(): Promise<void>
}

export function createSandboxState(world: World, { refuseConnections }: Pick<SandboxState, 'refuseConnections'>): SandboxState {
  return {
    refuseConnections,
    createsFor: (job) => world.creates.get(job) ?? 0,
    creates: world.creates,
    responses: world.responses.all,
    artifacts: world.truth.byResponse,
    deliveries: world.webhooks.log,
    requests: world.requests,
    outage: (mode, scope) => world.outage.set(mode, scope),
    everyCreate: (metadata) => {
      world.defaults.metadata = metadata
    },
    advanceClock: (ms) => world.clock.advance(ms),
    holdWebhooks: (held) => world.webhooks.hold(held),
    expireContainers: () => world.containers.expireAll(),
    finish: async (id) => {
      const response = world.responses.get(id)
      await world.runner.finish(response)
      await world.runner.untilFinal(response)
    },
    finishAll: async () => {
      await Promise.all([...world.responses.all.values()].map((response) => world.runner.finish(response)))
      await world.activity.settled()
    },
    settled: () => world.activity.settled(),
  }
}
