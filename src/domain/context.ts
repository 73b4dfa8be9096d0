import type { Meter } from './meter.ts'
import type {
  CallbackSender,
  Clock,
  Digest,
  Ids,
  JobSignals,
  LinkSigner,
  Log,
  ObjectStore,
  OpenAi,
  Queue,
  Random,
  Store,
  Vault,
} from './ports.ts'

/** The few settings that rules depend on. */
export interface Rules {
  /** Webhooks can reach us, so polling is only the net. */
  webhooksExpected: boolean
  pollFirstSeconds: number
  pollMaxSeconds: number
  unconfirmedSeconds: number
  /** For how long a step holds its row; one that died gives it up after this. */
  claimSeconds: number
  callbackScheduleSeconds: number[]
  /** For how long attempts at callbacks are told of. */
  attemptRetentionDays: number
}

/** All that the rules need from outside. */
export interface Context {
  store: Store
  objects: ObjectStore
  queue: Queue
  openai: OpenAi
  sender: CallbackSender
  signals: JobSignals
  vault: Vault
  links: LinkSigner
  clock: Clock
  ids: Ids
  digest: Digest
  random: Random
  rules: Rules
  publicUrl: string
  meter: Meter
  log: Log
}
