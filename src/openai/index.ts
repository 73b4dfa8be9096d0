export type { Account } from './clients.ts'
export { createOpenAi, type OpenAiOptions } from './create-openai.ts'
export { serverTime } from './server-time.ts'
export { BrokenPayloadError } from '../domain/errors.ts'
