/**
 * Callbacks sent per second, on PostgreSQL with Redis and embedded, each beside its limit: a loop of `fetch` that signs and sends the
 * same bodies at the same concurrency and does nothing else. Then 1,000 endpoints of which one half never answers: what that costs the
 * other half. The receiver has a process of its own, and so has everything that is measured.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { signWebhook } from '../src/signing/index.ts'
import { openBench } from './callbacks/open-bench.ts'
import type { Backend } from './callbacks/open-bench.ts'

const DELIVERIES = { limit: 4_000, full: 4_000, embedded: 500 }
const ENDPOINTS = 4
/** What one endpoint is sent at once, at the most. */
const WIDTH = 16
const ROUNDS = 3

const MANY = 1_000
const SECONDS = 20
const PER_TICK = 5
const TICK_MS = 100

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

async function main(): Promise<void> {
  await using sink = await startSink()
  const rates = { limit: [] as number[], full: [] as number[], embedded: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const role of ['limit', 'full', 'embedded'] as const) rates[role].push(await apart<number>(role, sink.url))
  }
  const [limit, full, embedded] = [median(rates.limit), median(rates.full), median(rates.embedded)]
  console.log(
    `limit      ${limit.toFixed(0)} callbacks a second: fetch and sign, ${ENDPOINTS * WIDTH} at once (rounds: ${told(rates.limit)})`,
  )
  console.log(`full       ${full.toFixed(0)} a second (rounds: ${told(rates.full)})`)
  console.log(`embedded   ${embedded.toFixed(0)} a second (rounds: ${told(rates.embedded)})`)
  tell('of the limit, full', { value: full / limit, atLeast: 0.5 })
  console.log(`       ${(embedded / limit).toFixed(2).padStart(8)} of the limit, embedded`)

  const alone = await apart<number>('alone', sink.url)
  const beside = await apart<number>('beside', sink.url)
  console.log(`p95        ${alone.toFixed(0)} ms from due to received with ${MANY / 2} endpoints that answer`)
  console.log(`p95        ${beside.toFixed(0)} ms for the same beside ${MANY / 2} that hang until the time-out of 15 s`)
  tell('times the p95 alone', { value: beside / alone, atMost: 2 })
}

/** Sends what waits in the queue from the moment the worker starts. */
async function drain(backend: Backend, sinkUrl: string): Promise<number> {
  await using bench = await openBench(backend)
  const targets = await bench.addEndpoints(Array.from({ length: ENDPOINTS }, (_, index) => `${sinkUrl}/ok/${index}`))
  const rows = await bench.addDeliveries(Array.from({ length: DELIVERIES[backend] }, (_, index) => targets[index % ENDPOINTS]!))
  await bench.queueUp(rows)
  const started = performance.now()
  await using _worker = await bench.startWorker()
  await bench.untilDelivered()
  return rows.length / ((performance.now() - started) / 1000)
}

async function fetchAlone(sinkUrl: string): Promise<number> {
  const body = JSON.stringify({ type: 'job.completed', padding: 'x'.repeat(600) })
  let left = DELIVERIES.limit
  const started = performance.now()
  const loop = async (): Promise<void> => {
    while (left-- > 0) {
      const headers = signWebhook({ id: `dlv_${left}`, timestamp: new Date(), body, secret: SECRET })
      const reply = await fetch(`${sinkUrl}/ok`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body })
      await reply.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: ENDPOINTS * WIDTH }, loop))
  return DELIVERIES.limit / ((performance.now() - started) / 1000)
}

/** The p95 of those that answer, in milliseconds from due to received. */
async function crowd(sinkUrl: string, { hanging }: { hanging: boolean }): Promise<number> {
  await using bench = await openBench('full')
  const good = await bench.addEndpoints(Array.from({ length: MANY / 2 }, (_, index) => `${sinkUrl}/ok/${index}`))
  const bad = await bench.addEndpoints(Array.from({ length: MANY / 2 }, (_, index) => `${sinkUrl}/hang/${index}`))
  await using _worker = await bench.startWorker()
  await fetch(`${sinkUrl}/forget`)
  for (let tick = 0; tick < (SECONDS * 1000) / TICK_MS; tick += 1) {
    const pick = (all: typeof good) => Array.from({ length: PER_TICK }, (_, index) => all[(tick * PER_TICK + index) % all.length]!)
    await bench.queueUp(await bench.addDeliveries([...pick(good), ...(hanging ? pick(bad) : [])]))
    await pause(TICK_MS)
  }
  const reply = await fetch(`${sinkUrl}/latencies`)
  const latencies = ((await reply.json()) as number[]).toSorted((a, b) => a - b)
  const sent = PER_TICK * ((SECONDS * 1000) / TICK_MS)
  if (latencies.length < sent * 0.99) console.log(`only ${latencies.length} of ${sent} had arrived`)
  return latencies[Math.floor(latencies.length * 0.95)] ?? Number.NaN
}

async function serve(): Promise<void> {
  let latencies: number[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (request.url === '/latencies') return void response.end(JSON.stringify(latencies))
      if (request.url === '/forget') latencies = []
      if (request.url?.startsWith('/hang')) return
      const at = /"due":(\d+)/.exec(Buffer.concat(parts).toString())
      if (at !== null) latencies.push(Date.now() - Number(at[1]))
      response.writeHead(204).end()
    })
  })
  server.keepAliveTimeout = 60_000
  await once(server.listen(0, '127.0.0.1'), 'listening')
  process.send?.((server.address() as AddressInfo).port)
}

async function startSink(): Promise<{ url: string } & AsyncDisposable> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'])
  const [port] = (await once(child, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void child.kill() }
}

async function apart<T>(role: string, sinkUrl: string): Promise<T> {
  const child = fork(fileURLToPath(import.meta.url), [role, sinkUrl])
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${role} ended with ${String(code)}`)))
  ended.catch(() => undefined)
  const [figure] = (await Promise.race([once(child, 'message'), ended])) as [T]
  await once(child, 'exit')
  return figure
}

function tell(what: string, { value, atLeast, atMost }: { value: number; atLeast?: number; atMost?: number }): void {
  const met = value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity)
  const target = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
  console.log(`${met ? 'met   ' : 'missed'} ${value.toFixed(2).padStart(8)} ${what} (target: ${target})`)
}

function told(rates: number[]): string {
  return rates.map((rate) => rate.toFixed(0)).join(', ')
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

async function measure(role: string, sinkUrl: string): Promise<number> {
  if (role === 'limit') return fetchAlone(sinkUrl)
  if (role === 'full' || role === 'embedded') return drain(role, sinkUrl)
  return crowd(sinkUrl, { hanging: role === 'beside' })
}

const [role = 'main', sinkUrl = ''] = process.argv.slice(2)
if (role === 'main') await main()
else if (role === 'serve') await serve()
else {
  const figure = await measure(role, sinkUrl)
  if (process.send === undefined) console.log(role, figure)
  else process.send(figure, () => process.disconnect())
}
