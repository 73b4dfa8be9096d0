const MOST_VALUES = 200
const MOST_CHARACTERS = 100
const OTHER = 'other'

type Labels = Record<string, string>

/** Some label values come from outside (a model's name): after so many of one label the rest are told together. */
export function createLabelCap(): (metric: string, labels: Labels) => Labels {
  const seen = new Map<string, Set<string>>()

  function capped(label: string, value: string): string {
    const values = seen.get(label) ?? new Set()
    seen.set(label, values)
    const cut = value.slice(0, MOST_CHARACTERS)
    if (values.has(cut)) return cut
    if (values.size >= MOST_VALUES) return OTHER
    values.add(cut)
    return cut
  }

  return (metric, labels) => {
    const entries = Object.entries(labels)
    return Object.fromEntries(entries.map(([label, value]) => [label, capped(`${metric} ${label}`, value)]))
  }
}
