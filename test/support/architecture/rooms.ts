const CORE = ['domain', 'signing', 'telemetry']
const ADAPTERS = ['vault', 'db', 'queue', 'storage', 'openai', 'outbound']

/**
 * The arrows: which rooms a room may look into. A room is a folder of src, or jobs/;
 * `top` is the files at the top of src, where the parts meet.
 */
export const ROOMS: Record<string, readonly string[]> = {
  domain: [],
  config: ['domain'],
  telemetry: ['domain'],
  signing: ['domain'],
  vault: ['domain'],
  db: ['domain'],
  queue: ['domain'],
  storage: ['domain'],
  openai: ['domain'],
  outbound: ['domain'],
  report: ['domain'],
  http: [...CORE, 'report'],
  'openai-facade': CORE,
  dashboard: CORE,
  jobs: CORE,
  sandbox: CORE,
  cli: [...CORE, 'config', 'top'],
  top: [...CORE, ...ADAPTERS, 'config', 'http', 'openai-facade', 'dashboard', 'jobs'],
}

/** Only these may stand beside the domain's own files. */
export const DOMAIN_PACKAGES = ['zod', 'node:crypto', 'node:buffer']

/** Packages that are hidden behind one room, so that they can be changed there alone. */
export const PACKAGE_ROOMS: Record<string, readonly string[]> = {
  bullmq: ['queue'],
  ioredis: ['queue'],
  'drizzle-orm': ['db'],
  pg: ['db'],
  '@electric-sql/pglite': ['db'],
  openai: ['openai', 'sandbox'],
  '@aws-sdk': ['storage'],
  '@smithy': ['storage'],
  standardwebhooks: ['signing', 'sandbox'],
  pino: ['telemetry'],
  'markdown-it': ['report'],
  'node:process': ['top', 'cli'],
}

/** The stand-in for OpenAI is no part of the service. */
export const MAY_IMPORT_SANDBOX = /^src\/cli\/commands\/(?:demo.*|sandbox)\.ts$|^src\/cli\/demo\//

export const MAY_READ_ENV = /^src\/(?:main\.ts|cli\/.*)$/

export function roomOf(path: string): string {
  if (path.startsWith('jobs/')) return 'jobs'
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? 'top'
}
