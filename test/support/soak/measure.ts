import { readdir, readlink } from 'node:fs/promises'
import { connect } from 'node:net'
import pg from 'pg'
import type { SoakWorld } from './world.ts'

/** Every value at this moment, under names such as `worker rss_mb`. */
export async function measure(world: SoakWorld): Promise<Record<string, number>> {
  const { DATABASE_URL: database, REDIS_URL: redis, DATA_DIR: folder = '' } = world.env
  const scraped = await Promise.all(
    Object.entries(world.processes).map(async ([role, { url, pid }]) => {
      return { role, values: await scrape(url, world.key), descriptors: await countDescriptors(pid, { but: `${folder}/db/` }) }
    }),
  )
  const own = scraped.flatMap(({ role, values, descriptors }) => [
    [`${role} rss_mb`, sum(values, /^process_resident_memory_bytes/) / 2 ** 20],
    [`${role} heap_mb`, sum(values, /^nodejs_heap_size_used_bytes/) / 2 ** 20],
    [`${role} handles`, sum(values, /^nodejs_active_resources_total/)],
    [`${role} descriptors`, descriptors],
  ])
  const all = scraped[0]?.values ?? new Map<string, number>()
  return {
    ...(Object.fromEntries(own) as Record<string, number>),
    queue: sum(all, /^longhaul_queue_entries\{.*state="(?:waiting|active)"/),
    oldest_owed_s: Math.max(0, ...[...all].filter(([name]) => name.startsWith('longhaul_oldest_owed_seconds')).map(([, value]) => value)),
    oldest_job_s: sum(all, /^longhaul_oldest_job_seconds/),
    ...(database !== undefined && { pg_connections: await countPostgres(database) }),
    ...(redis !== undefined && { redis_clients: await countRedis(redis) }),
  }
}

/** The embedded database keeps up to a thousand of its files open, and opens them all when it tidies: those are left out. */
async function countDescriptors(pid: number, { but }: { but: string }): Promise<number> {
  const folder = `/proc/${pid}/fd`
  const open = await readdir(folder).catch(() => [])
  const links = await Promise.all(open.map((descriptor) => readlink(`${folder}/${descriptor}`).catch(() => but)))
  return links.filter((link) => !link.startsWith(but)).length
}

async function scrape(url: string, key: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}: ${text}`)
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

function sum(values: Map<string, number>, pattern: RegExp): number {
  return [...values].reduce((total, [name, value]) => (pattern.test(name) ? total + value : total), 0)
}

async function countPostgres(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const ours = 'select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  const { rows } = await client.query<{ n: number }>(ours)
  await client.end()
  return rows[0]?.n ?? 0
}

/** One inline command needs no client. */
async function countRedis(url: string): Promise<number> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end('INFO clients\r\n')
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.includes('connected_clients:')) break
  }
  socket.destroy()
  return Number(/connected_clients:(\d+)/.exec(text)?.[1] ?? 0) - 1
}
