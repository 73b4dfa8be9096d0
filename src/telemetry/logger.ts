import pino from 'pino'
import type { DestinationStream } from 'pino'
import type { Log } from '../domain/ports.ts'

const SECRET_FIELDS = [
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'webhook-signature',
  'signature',
  'secret',
  'secrets',
  'webhookSecret',
  'webhookSecrets',
  'apiKey',
  'api_key',
  'password',
  'token',
]

/** JSON lines to standard output. Ids are fields, never in the text; an error goes in `error`. */
export function createLogger({ level, destination }: { level: string; destination?: DestinationStream }): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      redact: { paths: SECRET_FIELDS.flatMap(atAnyDepth), censor: '[redacted]' },
    },
    destination ?? pino.destination(1),
  )
}

/** As deep as fields of ours go: `{ request: { headers: { authorization } } }`. */
function atAnyDepth(field: string): string[] {
  return [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]
}

/** Only what is known to be harmless: an error of a client may carry whole replies. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) }
  return { type: error.name, message: error.message.slice(0, 2_000), ...code, ...cause, stack: error.stack?.slice(0, 4_000) }
}
