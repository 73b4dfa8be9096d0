// How long from starting the process until /readyz says ready, on an empty folder and then on the same one again,
// beside the two limits: Node starting with nothing to do, and the embedded database opening alone.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const WARM_STARTS = 5
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-start-'))

try {
  const node = median(Array.from({ length: WARM_STARTS }, () => timed(() => spawnSync(process.execPath, ['-e', '0']))))
  const first = await startOnce()
  const warm: number[] = []
  for (let i = 0; i < WARM_STARTS; i += 1) warm.push(await startOnce())
  const pglite = median(
    Array.from({ length: 3 }, () => timed(() => spawnSync(process.execPath, ['--input-type=module', '-e', openAlone()]))),
  )
  const middle = median(warm)
  console.log(`first start   ${seconds(first)}   (target 8 s)`)
  console.log(`warm start    ${seconds(middle)}   (target 2 s; median of ${WARM_STARTS}: ${warm.map(seconds).join(', ')})`)
  console.log(`limits        node alone ${seconds(node)}, node + PGlite opening this database ${seconds(pglite)}`)
  console.log(`ratio         warm start / (node + PGlite) = ${(middle / pglite).toFixed(2)}`)
} finally {
  await rm(dataDir, { recursive: true, force: true })
}

async function startOnce(): Promise<number> {
  const port = await freePort()
  const startedAt = performance.now()
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH ?? '', DATA_DIR: dataDir, PORT: String(port), OPENAI_API_KEY: 'unused', LOG_LEVEL: 'warn' },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`)
    await pause(5)
  }
  const took = performance.now() - startedAt
  child.kill('SIGTERM')
  await exited
  return took
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`)
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

function openAlone(): string {
  const pglite = import.meta.resolve('@electric-sql/pglite')
  return `import { PGlite } from ${JSON.stringify(pglite)}; const db = await PGlite.create(${JSON.stringify(join(dataDir, 'db'))}); await db.query('select 1'); process.exit(0)`
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`
}
