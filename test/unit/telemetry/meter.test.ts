import { describe, expect, test } from 'vitest'
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../../src/domain/meter.ts'
import { createMeter } from '../../../src/telemetry/index.ts'

describe('the meter', () => {
  test('tells counts, histograms and gauges under their names', async () => {
    const meter = createMeter()
    meter.count('creates', { outcome: 'created', model: 'm' })
    meter.count('creates', { outcome: 'created', model: 'm' })
    meter.observe('queue_wait_seconds', { name: 'deliver' }, 0.02)
    const text = await meter.expose([{ name: 'jobs_open', labels: { status: 'queued' }, value: 7 }])
    expect(text).toContain('longhaul_creates_total{outcome="created",model="m"} 2')
    expect(text).toContain('longhaul_queue_wait_seconds_bucket{le="0.025",name="deliver"} 1')
    expect(text).toContain('longhaul_jobs_open{status="queued"} 7')
    expect(text).toContain('process_resident_memory_bytes')
  })

  test('names every metric of the tables, with its help, before anything happened', async () => {
    const text = await createMeter().expose([])
    for (const name of Object.keys(COUNTERS)) expect(text).toContain(`# HELP longhaul_${name}_total `)
    for (const name of Object.keys({ ...HISTOGRAMS, ...GAUGES })) expect(text).toContain(`# HELP longhaul_${name} `)
  })

  test('forgets a gauge that is not told again, and keeps its counts', async () => {
    const meter = createMeter()
    meter.count('looks', { outcome: 'running' })
    await meter.expose([{ name: 'holds_open', labels: { reason: 'outage' }, value: 1 }])
    const text = await meter.expose([])
    expect(text).not.toContain('longhaul_holds_open{')
    expect(text).toContain('longhaul_looks_total{outcome="running"} 1')
  })

  test('shares nothing with another meter', async () => {
    const [one, other] = [createMeter(), createMeter()]
    one.count('looks', { outcome: 'running' })
    expect(await other.expose([])).not.toContain('longhaul_looks_total{')
  })

  test('tells values beyond two hundred of one label as `other`, and cuts long ones', async () => {
    const meter = createMeter()
    const model = (n: number): string => `${n}-${'x'.repeat(500)}`
    for (let n = 0; n < 250; n += 1) meter.count('creates', { outcome: 'created', model: model(n) })
    meter.count('creates', { outcome: 'created', model: model(0) })
    const lines = (await meter.expose([])).split('\n').filter((line) => line.startsWith('longhaul_creates_total{'))
    expect(lines).toHaveLength(201)
    expect(lines.at(0)).toMatch(/model="0-x{98}"} 2$/)
    expect(lines.at(-1)).toMatch(/model="other"} 50$/)
  })
})
