import { parseArgs } from 'node:util'

const HELP = `Longhaul: the self-hosted home for OpenAI's long-running responses.

  longhaul start      run the service (settings come from the environment; see docs/configuration.md)
  longhaul demo       run all of it against the built-in OpenAI sandbox; --exit ends after the jobs
  longhaul sandbox    run the OpenAI sandbox alone; --port 4010
  longhaul migrate    bring the database of DATABASE_URL (or DATA_DIR) up to date
  longhaul doctor     look for disagreement between rows, objects, queue and OpenAI; --mend mends it,
                      --deep reads every object, --offline leaves OpenAI out, --json is for machines
`

type Env = Record<string, string | undefined>

/** Resolves to the exit code. */
export async function main(argv: string[], env: Env): Promise<number> {
  const [command = 'help', ...rest] = argv
  try {
    switch (command) {
      case 'start':
        return (await import('../serve.ts')).serve(env)
      case 'demo': {
        const { values } = parseArgs({ args: rest, options: { exit: { type: 'boolean', default: false }, port: { type: 'string' } } })
        return (await import('./commands/demo.ts')).demo({ exit: values.exit, port: portOf(values.port) ?? 8080 })
      }
      case 'sandbox': {
        const { values } = parseArgs({ args: rest, options: { port: { type: 'string' }, host: { type: 'string' } } })
        return (await import('./commands/sandbox.ts')).sandbox({ port: portOf(values.port) ?? 4010, host: values.host })
      }
      case 'migrate':
        return (await import('./commands/migrate.ts')).migrateDatabase(env)
      case 'doctor': {
        const flag = { type: 'boolean', default: false } as const
        const { values } = parseArgs({ args: rest, options: { mend: flag, deep: flag, offline: flag, json: flag } })
        return (await import('./commands/doctor.ts')).doctor(env, values)
      }
      case 'help':
      case '--help':
      case '-h':
        console.log(HELP)
        return 0
      default:
        console.error(`There is no command "${command}".\n\n${HELP}`)
        return 2
    }
  } catch (error) {
    if (!isUsageFault(error)) throw error
    console.error(`${error.message}\n\n${HELP}`)
    return 2
  }
}

class UsageError extends Error {
  override name = 'UsageError'
}

function isUsageFault(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`--port must be a number up to 65535; it is "${text}".`)
  return port
}
