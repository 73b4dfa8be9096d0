import { createApp } from './app.ts'
import { readConfig } from './read-config.ts'

/** After this much more than the grace time the process ends whatever still runs: every step survives that. */
const FORCED_EXIT_MS = 5_000

/** The service as a process: starts, runs until told to stop, and stops in order. Resolves to the exit code. */
export async function serve(env: NodeJS.ProcessEnv): Promise<number> {
  const read = readConfig(env)
  if (!read.ok) {
    console.error(read.message)
    return 1
  }
  for (const warning of read.warnings) console.error(`warning: ${warning}`)
  const stop = stopSignal()
  try {
    await using app = await createApp(read.config)
    if (app.madeKey !== null) console.error(`\nYour first API key, shown this once:\n\n  ${app.madeKey}\n`)
    if (app.url !== null) console.error(`Longhaul listens on ${app.url} (docs: ${app.url}/docs)`)
    await stop
    const force = setTimeout(() => process.exit(1), read.config.work.shutdownSeconds * 1000 + FORCED_EXIT_MS)
    force.unref()
    await app.close()
    return 0
  } catch (error) {
    console.error(error instanceof Error ? startFault(error) : error)
    return 1
  }
}

/** Faults of a start are for the person who starts it: their sentence, and the stack only where it is our own. */
function startFault(error: Error): string {
  return error.name === 'Error' || error.name === 'TypeError' ? (error.stack ?? error.message) : error.message
}

/** The first signal, of whichever name; a second ends the process at once: every step survives that. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let told = false
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (told) process.exit(1)
        told = true
        resolve()
      })
    }
  })
}
