import type { TestProject } from 'vitest/node'
import { probeServers } from './probe-servers.ts'
import type { MissingServers } from './probe-servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    missingServers: MissingServers
  }
}

/** Looks once for the servers that tests may use, and says which are not there. */
export async function setup(project: TestProject): Promise<void> {
  const missing = await probeServers()
  project.provide('missingServers', missing)
  for (const [server, mend] of Object.entries(missing)) console.warn(`[${project.name}] tests that need ${server} are skipped. ${mend}`)
}
