import { describe, inject } from 'vitest'
import type { Server } from './probe-servers.ts'

/** A suite that needs servers: skipped where one is missing, an error where CI is set, so that nothing is skipped unseen. */
export function describeWith(name: string, { needs }: { needs: readonly Server[] }, suite: () => void): void {
  const missing = inject('missingServers')
  const faults = needs.flatMap((server) => missing[server] ?? [])
  if (faults.length === 0) return void describe(name, suite)
  if (process.env.CI) throw new Error(`"${name}" cannot run: ${faults.join('; ')}`)
  describe.skip(`${name} (skipped: needs ${needs.filter((server) => missing[server]).join(', ')})`, suite)
}
