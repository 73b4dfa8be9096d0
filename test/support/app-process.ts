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
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Its exit code, once it ended. */
  exited: Promise<number | null>
  /** Resolves when /readyz says so. */
  ready(): Promise<void>
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
  const exited = once(child, 'close').then(() => child.exitCode)
  const running: AppProcess = {
    child,
    output: () => output,
    exited,
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
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
