import { Buffer } from 'node:buffer'
import { parseConfig, readEnv } from '../../../src/config/index.ts'
import type { Config, ConfigFault } from '../../../src/config/index.ts'

export const SECRET = Buffer.alloc(32, 7).toString('base64')

interface Bucket {
  name: string
}

const PARSERS = {
  parseStorageUrl(text: string): Bucket {
    if (!text.startsWith('s3://')) throw new Error('must begin with s3://')
    return { name: text.slice(5) }
  },
  parseSecrets(text: string): string[] {
    if (!text.startsWith('whsec_')) throw new Error('must begin with whsec_')
    return text.split(',')
  },
}

type TestConfig = Config<Bucket, string[]>

/** The config an environment gives, beside the one setting that is always needed. */
export function accepted(env: Record<string, string>): { config: TestConfig; warnings: string[] } {
  const parsed = parseConfig(readEnv({ OPENAI_API_KEY: 'sk-test', ...env }), PARSERS)
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.faults)}`)
  return parsed
}

export function refused(env: Record<string, string>): ConfigFault[] {
  const parsed = parseConfig(readEnv({ OPENAI_API_KEY: 'sk-test', ...env }), PARSERS)
  if (parsed.ok) throw new Error('accepted')
  return parsed.faults
}

export function refusedNames(env: Record<string, string>): string[] {
  return refused(env).map(({ name }) => name)
}
