import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface AppProcess extends AsyncDisposable {
  child: ChildProcess
  /** All that it wrote so far. */
  output(): string
  running(): boolean
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Its exit code, once it ended. */
  exited: Promise<number | null>
  /** Resolves when /readyz says so. */
  ready(): Promise<void>
  /** The address it says that it listens on; undefined until then. */
  address(): string | undefined
}

/** The real service as its own process, with these settings and no others. */
export function startAppProcess({ env, url }: { env: Record<string, string>; url: string }): AppProcess {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-100_000)
    })
  }
  // It must not outlive whoever started it.
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const exited = once(child, 'close').then(() => {
    process.off('exit', end)
    return child.exitCode
  })
  const running: AppProcess = {
    child,
    output: () => output,
    exited,
    address: () => /listens on (http:\S+)/.exec(output)?.[1],
    running: () => child.exitCode === null && child.signalCode === null,
    async kill(signal) {
      if (running.running()) child.kill(signal)
      return exited
    },
    async ready() {
      await eventually(
        async () => {
          if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}:\n${output}`)
          const response = await fetch(`${url}/readyz`)
          await response.arrayBuffer()
          return response.status === 200 ? true : undefined
        },
        { timeoutMs: 60_000, what: 'readiness' },
      ).catch((error: unknown) => {
        throw new Error(`not ready:\n${output}`, { cause: error })
      })
    },
    async [Symbol.asyncDispose]() {
      await running.kill('SIGKILL')
    },
  }
  return running
}
