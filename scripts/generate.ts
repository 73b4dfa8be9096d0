import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { renderConfigurationPage } from './configuration-table.ts'
import { renderEnvExample } from './env-example.ts'
import { renderMetricsPage } from './metrics-table.ts'
import { schemaDrift } from './schema-drift.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const GENERATED: { path: string; make: (current: string) => string }[] = [
  { path: '.env.example', make: renderEnvExample },
  { path: 'docs/configuration.md', make: renderConfigurationPage },
  { path: 'docs/metrics.md', make: renderMetricsPage },
]

/** Writes what is made from the source, or with `--check` says what is out of date and how to mend it. */
async function main({ check }: { check: boolean }): Promise<number> {
  const faults: string[] = []
  for (const { path, make } of GENERATED) {
    const current = await readFile(root + path, 'utf8').catch(() => '')
    const wanted = make(current)
    if (current === wanted) continue
    if (check) faults.push(`${path} is out of date: npm run generate`)
    else await writeFile(root + path, wanted)
  }
  const drift = await schemaDrift(root)
  if (drift !== null) faults.push(`migrations/ is out of date (${drift}): npx drizzle-kit generate --name <what-changes>`)
  for (const fault of faults) console.error(fault)
  return faults.length === 0 ? 0 : 1
}

process.exitCode = await main({ check: process.argv.includes('--check') })
