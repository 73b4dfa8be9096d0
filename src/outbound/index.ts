export { createCallbackSender } from './callback-sender.ts'
export type { CallbackSenderOptions } from './callback-sender.ts'
export type { Lookup, ResolvedAddress } from './resolve-host.ts'
