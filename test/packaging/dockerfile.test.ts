import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseDockerfile } from '../support/parse-dockerfile.ts'
import type { Stage } from '../support/parse-dockerfile.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const stages = parseDockerfile(await readFile(join(root, 'Dockerfile'), 'utf8'))
const image = stages.at(-1)!

/** What the Dockerfile does, done in a folder: the image as `app`, read-only, and the volume as `data`. */
async function buildImage(): Promise<AsyncDisposable & { app: string; data: string; node: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-image-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => {
    run('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true })
  })
  const [data, node] = [join(folder, 'data'), join(folder, 'node')]
  await chmod(folder, 0o755)
  for (const stage of stages) await buildStage(stage, { folder })
  await mkdir(data)
  if (NOBODY.uid !== undefined) await chown(data, NOBODY.uid, NOBODY.gid)
  await copyFile(process.execPath, node) // its own folder may be closed to others
  run('chmod', ['-R', 'a+rX,a-w', stageFolder(folder, image)])
  const kept = stack.move()
  return { app: stageFolder(folder, image), data, node, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function buildStage(stage: Stage, { folder }: { folder: string }): Promise<void> {
  const here = stageFolder(folder, stage)
  await mkdir(here)
  for (const step of stage.steps) {
    if (step.kind === 'run') {
      if (step.command.startsWith('npm ')) run('sh', ['-c', `${step.command} --prefer-offline`], here)
      continue
    }
    const source = stages.find(({ name }) => name === step.from)
    for (const path of step.sources) {
      const from = step.from === null ? join(root, path) : join(stageFolder(folder, source!), path.slice(source!.workdir.length))
      const to = join(here, step.sources.length > 1 || step.target.endsWith('/') ? join(step.target, basename(path)) : step.target)
      await cp(from, to, { recursive: true })
    }
  }
}

function stageFolder(folder: string, stage: Stage): string {
  return join(folder, stage.name ?? 'app')
}

function run(command: string, args: string[], cwd = root): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`)
}

/** The address the service says it listens on, in the first lines it writes. */
async function listeningUrl(service: ChildProcess): Promise<string> {
  const lines: string[] = []
  for await (const line of createInterface({ input: service.stderr! })) {
    lines.push(line)
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    if (url !== undefined) return url
  }
  throw new Error(`The service ended without listening:\n${lines.join('\n')}`)
}

test('the image runs as somebody who is not root, and says where it listens and keeps its data', () => {
  expect(image).toMatchObject({ image: 'node:24-slim', user: 'node', workdir: '/app', command: ['node', 'src/main.ts'] })
  expect(image.env).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', DATA_DIR: '/data' })
})

test('what the Dockerfile copies is what .dockerignore lets through', async () => {
  const ignore = await readFile(join(root, '.dockerignore'), 'utf8')
  const open = ignore
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
  const copied = stages.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'copy' && step.from === null ? step.sources : [])))
  expect(new Set(copied)).toEqual(new Set(open))
})

test(
  'the service starts from a read-only image with one writable folder, is healthy, and ends in order',
  { timeout: 240_000 },
  async () => {
    await using built = await buildImage()
    const [, ...args] = image.command
    const env = {
      ...image.env,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: built.data,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: 'http://127.0.0.1:9',
    }
    const service = spawn(built.node, args, { cwd: built.app, env, ...NOBODY, stdio: ['ignore', 'ignore', 'pipe'] })
    try {
      const url = await listeningUrl(service)
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
      const [, ...check] = image.healthcheck
      const { port } = new URL(url)
      expect(spawnSync(built.node, check, { cwd: built.app, env: { PORT: port }, ...NOBODY }).status).toBe(0)
      service.stderr.resume()
      service.kill('SIGTERM')
      expect(await once(service, 'exit')).toEqual([0, null])
    } finally {
      if (service.exitCode === null && service.signalCode === null) {
        service.kill('SIGKILL')
        await once(service, 'exit')
      }
    }
  },
)
