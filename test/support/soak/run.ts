import { parseArgs } from 'node:util'
import { isFine, runSoak } from './soak.ts'
import type { SoakReport } from './soak.ts'
import { SOAK_SETUPS } from './world.ts'
import type { SoakSetup } from './world.ts'

const SAMPLE_SECONDS = 10
const USAGE = 'npm run soak -- --minutes 10 [--on embedded|full] [--rate 2]'

// A service under a steady load for as long as asked: exit code 0 where it stays as it was.
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, on: { type: 'string' }, rate: { type: 'string' } } })
  const { minutes = '10', on = 'embedded', rate = '2' } = values
  const setup = SOAK_SETUPS.find((name) => name === on)
  if (setup === undefined || !(Number(minutes) > 0) || !(Number(rate) > 0)) {
    console.error(USAGE)
    return 2
  }
  const report = await run(setup, { minutes: Number(minutes), rate: Number(rate) })
  print(report)
  return isFine(report) ? 0 : 1
}

function run(on: SoakSetup, { minutes, rate }: { minutes: number; rate: number }): Promise<SoakReport> {
  let told = 0
  return runSoak({
    on,
    seconds: minutes * 60,
    rate,
    sampleSeconds: SAMPLE_SECONDS,
    tell({ atSeconds, values, submitted }) {
      if (atSeconds < told) return
      told += 60
      const figures = Object.entries(values).map(([name, value]) => `${name} ${round(value)}`)
      console.log(`${Math.round(atSeconds)} s: ${submitted} jobs, ${figures.join(', ')}`)
    },
  })
}

function print({ submitted, ended, trends, ...faults }: SoakReport): void {
  console.log('\nafter the warm-up              start        end   per hour')
  for (const { name, start, end, perHour, flat } of trends) {
    const cells = [start, end, perHour].map((value) => round(value).padStart(11))
    console.log(`${name.padEnd(25)}${cells.join('')}  ${flat ? 'flat' : 'RISING'}`)
  }
  console.log(`\n${submitted} jobs: ${JSON.stringify(ended)}`)
  for (const [name, those] of Object.entries(faults)) console.log(`${name}: ${those.length} ${those.slice(0, 5).join('; ')}`)
}

const round = (value: number): string => String(Math.round(value * 10) / 10)

process.exitCode = await main()
