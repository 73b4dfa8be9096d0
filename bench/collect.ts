/**
 * A response that holds a 64 MB image, from HTTP to a hashed file: through our splitter, by the way of OpenAI's guide,
 * and, as limits, SHA-256 alone and the same picture sent as plain bytes. Each is measured in a process of its own, against one server in another.
 */
import { fork } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { OpenAI } from 'openai'
import type { PayloadSink } from '../src/domain/ports.ts'
import { createOpenAi } from '../src/openai/index.ts'
import { createChunkWriter } from '../src/storage/files/write-chunks.ts'
import { createMeter } from '../src/storage/meter.ts'

const MB = 1024 * 1024
const IMAGE_BYTES = 64 * MB
const ROUNDS = 7
const writeChunks = createChunkWriter()

interface Figures {
  /** Decoded bytes of the median round. */
  mbPerSecond: number
  /** The peak of the whole run over what the process held before its first round. */
  rssGrowthMb: number
  delayP99Ms: number
  /** Of all threads, for one image: says more than the clock on a machine with other work. */
  cpuMs: number
}

const SCENARIOS = ['sha256', 'plain', 'guide', 'splitter', 'eight'] as const
type Scenario = (typeof SCENARIOS)[number]

async function main(): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), ['serve'])
  const [port] = (await once(server, 'message')) as [number]
  try {
    const figures = {} as Record<Scenario, Figures>
    for (const scenario of SCENARIOS) figures[scenario] = await measureApart(scenario, port)
    report(figures)
  } finally {
    server.kill()
  }
}

async function serve(): Promise<void> {
  const head = '{"id":"resp_1","object":"response","status":"completed","output":[{"type":"image_generation_call","result":"'
  const image = makeImage()
  const reply = Buffer.from(`${head}${image.toString('base64')}"}]}`)
  const server = createServer(({ url }, response) => {
    const [type, bytes] = url?.endsWith('/plain') ? ['image/png', image] : ['application/json', reply]
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  process.send?.((server.address() as AddressInfo).port)
}

function makeImage(): Buffer {
  const bytes = randomFillSync(Buffer.allocUnsafe(IMAGE_BYTES))
  bytes.set([0x89, 0x50, 0x4e, 0x47])
  return bytes
}

async function measureApart(scenario: Scenario, port: number): Promise<Figures> {
  const child = fork(fileURLToPath(import.meta.url), [scenario, String(port)])
  const [figures] = (await once(child, 'message')) as [Figures]
  return figures
}

async function measure(scenario: Scenario, port: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-bench-'))
  const { round, images } = createRound(scenario, { baseUrl: `http://127.0.0.1:${port}/v1`, folder })
  const clear = (): Promise<unknown> => Promise.all(readdirSync(folder).map((name) => rm(join(folder, name))))
  const before = process.memoryUsage.rss()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const speeds: number[] = []
  for (let done = 0; done < ROUNDS; done += 1) {
    const started = performance.now()
    await round()
    speeds.push((images * IMAGE_BYTES) / MB / ((performance.now() - started) / 1000))
    await clear() // a picture is a new file: cutting an old one to nothing takes longer than writing it
  }
  const { user, system } = process.cpuUsage(cpu)
  delay.disable()
  await rm(folder, { recursive: true })
  return {
    mbPerSecond: speeds.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0,
    rssGrowthMb: (process.resourceUsage().maxRSS * 1024 - before) / MB,
    delayP99Ms: delay.percentile(99) / 1e6,
    cpuMs: (user + system) / 1000 / ROUNDS / images,
  }
}

function createRound(
  scenario: Scenario,
  { baseUrl, folder }: { baseUrl: string; folder: string },
): { round: () => Promise<unknown>; images: number } {
  switch (scenario) {
    case 'sha256': {
      const bytes = makeImage()
      return { round: async () => hashInSlices(bytes), images: 1 }
    }
    case 'plain':
      return { round: () => collectPlain(`${baseUrl}/plain`, join(folder, 'image')), images: 1 }
    case 'guide':
      return { round: () => collectAsInTheGuide(baseUrl, join(folder, 'image')), images: 1 }
    case 'splitter':
      return { round: () => collect(baseUrl, join(folder, 'image')), images: 1 }
    case 'eight': {
      const files = Array.from({ length: 8 }, (_, at) => join(folder, `image-${at}`))
      return { round: () => Promise.all(files.map((file) => collect(baseUrl, file))), images: 8 }
    }
    default:
      return scenario satisfies never
  }
}

function hashInSlices(bytes: Buffer): string {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += 64 * 1024) hash.update(bytes.subarray(at, at + 64 * 1024))
  return hash.digest('hex')
}

/** What is left to do where no base64 is: fetch, hash, write. */
async function collectPlain(url: string, path: string): Promise<void> {
  const { body } = await fetch(url)
  if (body !== null) await hashToFile(body, path)
}

/** The picture is in memory four times here: as text, in the parsed object, decoded, and again in the SDK's copy. */
async function collectAsInTheGuide(baseURL: string, path: string): Promise<void> {
  const client = new OpenAI({ apiKey: 'sk-bench', baseURL })
  const response = await client.responses.retrieve('resp_1')
  for (const item of response.output) {
    if (item.type !== 'image_generation_call' || item.result === null) continue
    const bytes = Buffer.from(item.result, 'base64')
    createHash('sha256').update(bytes).digest('hex')
    await writeFile(path, bytes, { flag: 'wx' })
  }
}

/** As the file store does it, but for its fsync: the guide does none. */
async function hashToFile(body: AsyncIterable<Uint8Array>, path: string): Promise<string> {
  const meter = createMeter()
  await using file = await open(path, 'wx')
  await writeChunks(file, meter.read(body))
  return meter.result().sha256
}

async function collect(baseUrl: string, path: string): Promise<void> {
  const openai = createOpenAi({ accounts: { main: { apiKey: 'sk-bench', baseUrl } } })
  const sink: PayloadSink = ({ body }) => hashToFile(body, path)
  const outcome = await openai.retrieve('resp_1', { account: 'main', signal: new AbortController().signal, sink })
  if (outcome.outcome !== 'found') throw new Error(`not collected: ${JSON.stringify(outcome)}`)
}

function report(figures: Record<Scenario, Figures>): void {
  console.log('          MB/s   CPU ms an image   RSS growth MB   event loop p99 ms')
  for (const scenario of SCENARIOS) {
    const { mbPerSecond, cpuMs, rssGrowthMb, delayP99Ms } = figures[scenario]
    const cells = [mbPerSecond.toFixed(0).padStart(5), cpuMs.toFixed(0).padStart(18), rssGrowthMb.toFixed(0).padStart(16)]
    console.log(`${scenario.padEnd(9)}${cells.join('')}${delayP99Ms.toFixed(1).padStart(20)}`)
  }
  const { sha256, plain, guide, splitter, eight } = figures
  tell('of SHA-256 alone', { value: splitter.mbPerSecond / sha256.mbPerSecond, atLeast: 0.5 })
  tell('of the same without base64', { value: splitter.mbPerSecond / plain.mbPerSecond, atLeast: 0.5 })
  tell('times the guide', { value: splitter.mbPerSecond / guide.mbPerSecond, atLeast: 3 })
  tell('MB for one image', { value: splitter.rssGrowthMb, atMost: 48 })
  tell('MB for eight at once', { value: eight.rssGrowthMb, atMost: 128 })
  tell('ms event loop p99, one', { value: splitter.delayP99Ms, atMost: 20 })
  tell('ms event loop p99, eight', { value: eight.delayP99Ms, atMost: 20 })
}

function tell(what: string, { value, atLeast, atMost }: { value: number; atLeast?: number; atMost?: number }): void {
  const met = value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity)
  const target = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
  console.log(`${met ? 'met   ' : 'missed'} ${value.toFixed(2).padStart(8)} ${what} (target: ${target})`)
}

const [role = 'main', port = ''] = process.argv.slice(2)
if (role === 'main') await main()
else if (role === 'serve') await serve()
else process.send?.(await measure(role as Scenario, Number(port)))
