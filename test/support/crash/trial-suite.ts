import { expect, test } from 'vitest'
import { describeWith } from '../servers.ts'
import { NEEDS } from '../setups.ts'
import type { Setup } from '../setups.ts'
import { surviveKills } from './survive-kills.ts'
import { tellReport } from './tell-report.ts'

const TRIAL_MS = 1_200_000

/** A short trial for every run of the tests; its seed can be given as FAULTS_SEED. `npm run faults -- --kills 1000` is the long one. */
export function promisesSurviveKills(setup: Setup, { kills, jobs }: { kills: number; jobs: number }): void {
  describeWith(`${jobs} jobs on ${setup}`, { needs: NEEDS[setup] }, () => {
    test(`keep every promise through ${kills} kills at random moments`, { timeout: TRIAL_MS }, async () => {
      const seed = process.env.FAULTS_SEED ?? String(Math.floor(Math.random() * 1e9))
      console.log(`seed ${seed} on ${setup}; to run it again: FAULTS_SEED=${seed} npm run faults -- random-kills-${setup}`)
      const report = await surviveKills({ setup, seed, kills, jobs, say: () => undefined })
      expect(report.faults, `seed ${seed}${tellReport(setup, report)}`).toEqual([])
      expect(report.counts.jobs).toBeGreaterThanOrEqual(jobs)
      expect(report.kills).toBeGreaterThanOrEqual(kills)
    })
  })
}
