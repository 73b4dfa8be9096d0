/** One process or part at one moment, by what is measured. */
export interface Sample {
  atSeconds: number
  values: Record<string, number>
}

export interface Limit {
  /** What a value may rise by within an hour. */
  perHour: number
  /** What it may rise by in any case: a heap that breathes is no leak. */
  noise: number
}

export interface Trend {
  name: string
  /** Medians of the first and of the last third after the warm-up. */
  start: number
  end: number
  perHour: number
  flat: boolean
}

/** Looks at each value after the warm-up: whether it stays where it is. */
export function judge(
  samples: readonly Sample[],
  { warmUpSeconds, limitOf }: { warmUpSeconds: number; limitOf: (name: string) => Limit },
): Trend[] {
  const warm = samples.filter(({ atSeconds }) => atSeconds >= warmUpSeconds)
  const names = new Set(warm.flatMap(({ values }) => Object.keys(values)))
  return [...names].map((name) => {
    const points = warm.flatMap(({ atSeconds, values }) => (values[name] === undefined ? [] : [[atSeconds, values[name]] as const]))
    const third = Math.max(1, Math.floor(points.length / 3))
    const start = median(points.slice(0, third).map(([, value]) => value))
    const end = median(points.slice(-third).map(([, value]) => value))
    const perHour = slope(points) * 3_600
    const { perHour: most, noise } = limitOf(name)
    return { name, start, end, perHour, flat: perHour <= most || end - start <= noise }
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

/** Of the line that fits best. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))]
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0)
  return spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread
}
