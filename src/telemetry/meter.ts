import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { COUNTERS, GAUGES, HISTOGRAMS } from '../domain/meter.ts'
import type { CounterName, GaugeName, GaugeSample, HistogramName, Meter } from '../domain/meter.ts'
import { createLabelCap } from './label-cap.ts'

export interface Metrics extends Meter {
  contentType: string
  /** All of it as Prometheus reads it, with these values for the gauges. */
  expose(gauges: GaugeSample[]): Promise<string>
}

const PREFIX = 'longhaul_'

/** Counts of this process, in a registry of its own. */
export function createMeter(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const counters = mapNames(COUNTERS, (name, { help, labels }) => {
    return new Counter({ name: `${PREFIX}${name}_total`, help, labelNames: labels, registers })
  })
  const histograms = mapNames(HISTOGRAMS, (name, { help, labels, buckets }) => {
    return new Histogram({ name: PREFIX + name, help, labelNames: labels, buckets: [...buckets], registers })
  })
  const gauges = mapNames(GAUGES, (name, { help, labels }) => new Gauge({ name: PREFIX + name, help, labelNames: labels, registers }))
  const cap = createLabelCap()
  let processMetrics = false

  return {
    contentType: registry.contentType,
    count: (name: CounterName, labels) => counters[name].inc(cap(name, labels)),
    observe: (name: HistogramName, labels, value) => histograms[name].observe(cap(name, labels), value),
    async expose(samples) {
      // At the first question: they watch the event loop and the collector from then on, which who never asks need not pay for.
      if (!processMetrics) collectDefaultMetrics({ register: registry })
      processMetrics = true
      for (const gauge of Object.values(gauges)) gauge.reset()
      for (const { name, labels, value } of samples) gauges[name].set(labels, value)
      return registry.metrics()
    },
  }
}

type Definition = { help: string; labels: readonly string[]; buckets?: readonly number[] }

function mapNames<N extends CounterName | HistogramName | GaugeName, D extends Definition, T>(
  table: Record<N, D>,
  make: (name: N, definition: D) => T,
): Record<N, T> {
  const names = Object.keys(table) as N[]
  return Object.fromEntries(names.map((name) => [name, make(name, table[name])])) as Record<N, T>
}
