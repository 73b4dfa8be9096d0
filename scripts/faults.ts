import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { surviveKills } from '../test/support/crash/survive-kills.ts'
import type { Trial } from '../test/support/crash/survive-kills.ts'
import { tellReport } from '../test/support/crash/tell-report.ts'
import type { Setup } from '../test/support/setups.ts'

const HELP = `npm run faults                        the suites of test/faults
npm run faults -- --kills 1000        kills the real processes so often while jobs run, and says what became of the jobs

  --kills N     how many times, over both kinds together
  --jobs N      how many jobs; four for each kill unless told otherwise, and 200 at least
  --on KIND     embedded (one process) or full (an API and two workers on PostgreSQL, Redis and S3); both unless told otherwise
  --seed TEXT   the job mix, the moments and the victims of an earlier run. How the machine schedules its processes no seed can fix.
`

const KINDS = ['embedded', 'full'] as const satisfies Setup[]
const LEAST_JOBS = 200
const JOBS_PER_KILL = 4

/** Resolves to the exit code. */
async function main(args: string[]): Promise<number> {
  const options = {
    kills: { type: 'string' },
    jobs: { type: 'string' },
    on: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  } as const
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (values.help === true) return say(HELP)
  if (values.kills === undefined) return runSuites(positionals)
  const kinds = KINDS.filter((kind) => values.on === undefined || values.on === kind)
  const kills = wholeNumber(values.kills)
  const jobs = values.jobs === undefined ? Math.max(LEAST_JOBS, (kills ?? 0) * JOBS_PER_KILL) : wholeNumber(values.jobs)
  if (kinds.length === 0 || kills === null || jobs === null) return say(HELP, 2)
  const seed = values.seed ?? String(randomInt(1e9))
  say(`seed ${seed}: ${kills} kills and ${jobs} jobs on ${kinds.join(' and ')}`)
  const shareOf = (total: number): number => Math.ceil(total / kinds.length)
  const held = await Promise.all(kinds.map((setup) => runTrial({ setup, seed, kills: shareOf(kills), jobs: shareOf(jobs), say })))
  const broken = held.includes(false)
  if (broken)
    say(
      `To run this again: npm run faults -- --kills ${kills} --jobs ${jobs} --seed ${seed}${values.on === undefined ? '' : ` --on ${values.on}`}`,
    )
  return broken ? 1 : 0
}

/** Whether every promise was kept. */
async function runTrial(trial: Trial): Promise<boolean> {
  try {
    const report = await surviveKills(trial)
    say(tellReport(trial.setup, report))
    return report.faults.length === 0
  } catch (error) {
    console.error(`${trial.setup}:`, error)
    return false
  }
}

function say(text: string, code = 0): number {
  console.log(text)
  return code
}

function runSuites(names: string[]): number {
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
  return spawnSync(process.execPath, [vitest, 'run', '--project', 'faults', ...names], { stdio: 'inherit' }).status ?? 1
}

function wholeNumber(text: string): number | null {
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : null
}

// With it go the processes that it started.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130))
process.exitCode = await main(process.argv.slice(2))
