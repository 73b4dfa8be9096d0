import { expect, test } from 'vitest'
import { runSoak } from '../support/soak/soak.ts'
import type { Sample } from '../support/soak/judge.ts'

test('a short soak with faults loses nothing, doubles nothing, and measures what a long one judges', { timeout: 180_000 }, async () => {
  const samples: Sample[] = []
  const report = await runSoak({ on: 'embedded', seconds: 12, rate: 3, sampleSeconds: 2, tell: (sample) => samples.push(sample) })
  const { lost, doubled, uncalled, refused, trends } = report
  expect({ lost, doubled, uncalled, refused }).toEqual({ lost: [], doubled: [], uncalled: [], refused: [] })
  expect(report.submitted).toBeGreaterThan(10)
  expect(report.ended.completed).toBeGreaterThan(report.submitted / 3)
  expect(samples.length).toBeGreaterThanOrEqual(4)
  expect(trends.map(({ name }) => name)).toEqual([
    'all rss_mb',
    'all heap_mb',
    'all handles',
    'all descriptors',
    'queue',
    'oldest_owed_s',
    'oldest_job_s',
  ])
  for (const { name, end } of trends.slice(0, 4)) expect([name, end > 0]).toEqual([name, true])
})
