import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { once } from 'node:events'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The programs of a page, each under the name that its fence gives it, in a folder where our packages can be imported. */
export interface Snippets extends AsyncDisposable {
  names: string[]
  /** A receiver of the page, listening. */
  serve(command: string, options: { name: string; env: Record<string, string> }): Promise<SnippetServer>
  /** A program of the page, run to its end. */
  run(
    command: string,
    options: { name: string; env: Record<string, string>; body: string },
  ): Promise<{ code: number | null; output: string }>
}

export interface SnippetServer extends AsyncDisposable {
  /** The status it answers. */
  post(request: { headers: Record<string, string>; body: string }): Promise<number>
  /** What it said, but for its complaints. */
  output(): string
}

export async function extractSnippets(page: string): Promise<Snippets> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-docs-'))
  const text = await readFile(join(ROOT, 'docs', page), 'utf8')
  const found = [...text.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)]
  for (const [, name = '', source = ''] of found) await writeFile(join(folder, name), source)
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')

  const start = (command: string, { name, env }: { name: string; env: Record<string, string> }) => {
    const child = spawn(command, [name], { cwd: folder, env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, faults] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (faults += chunk.toString()))
    return { child, closed: once(child, 'close'), output: () => output, faults: () => faults }
  }

  return {
    names: found.map(([, name = '']) => name),
    async serve(command, { name, env }) {
      const port = await freePort()
      const url = `http://127.0.0.1:${port}/longhaul`
      const { child, closed, output, faults } = start(command, { name, env: { ...env, PORT: String(port) } })
      const post: SnippetServer['post'] = async (request) => (await fetch(url, { method: 'POST', ...request })).status
      const server: SnippetServer = {
        post,
        output,
        async [Symbol.asyncDispose]() {
          child.kill('SIGKILL')
          await closed
        },
      }
      await eventually(async () => (await fetch(url, { method: 'HEAD' })).status, { what: `${name} listening` }).catch(
        async (error: unknown) => {
          await server[Symbol.asyncDispose]()
          throw new Error(`${name} does not listen:\n${faults()}`, { cause: error })
        },
      )
      return server
    },
    async run(command, { name, env, body }) {
      await writeFile(join(folder, 'body'), body)
      const { child, closed, output } = start(command, { name, env: { ...env, BODY: 'body' } })
      await closed
      return { code: child.exitCode, output: output() }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
