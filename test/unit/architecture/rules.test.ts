import { describe, expect, test } from 'vitest'
import { checkJobs } from '../../support/architecture/check-jobs.ts'
import { checkSource } from '../../support/architecture/check-source.ts'
import { checkTests } from '../../support/architecture/check-tests.ts'
import { findCycles } from '../../support/architecture/find-cycles.ts'

/** A tree in which every file that others name is there, empty. */
function tree(files: Record<string, string>): Map<string, string> {
  const empty = ['domain/ports', 'db/index', 'db/schema', 'storage/index', 'http/server', 'sandbox/index', 'config/settings']
  return new Map([...empty.map((name): [string, string] => [`src/${name}.ts`, '']), ...Object.entries(files)])
}

function faultsOf(path: string, text: string): string[] {
  return checkSource(tree({ [path]: text }))
}

describe('the arrows', () => {
  test.each([
    ['src/domain/find-jobs.ts', "import { z } from 'zod'\nimport type { Store } from './ports.ts'"],
    ['src/domain/ids.ts', "import { Buffer } from 'node:buffer'"],
    ['src/http/routes/jobs.ts', "import type { Store } from '../../domain/ports.ts'"],
    ['src/app.ts', "import { createStore } from './db/index.ts'\nimport { server } from './http/server.ts'"],
    ['src/cli/commands/demo.ts', "import { startSandbox } from '../../sandbox/index.ts'"],
    ['src/cli/commands/demo-steps.ts', "const { startSandbox } = await import('../../sandbox/index.ts')"],
    ['src/db/client.ts', "import { drizzle } from 'drizzle-orm/node-postgres'\nimport pg from 'pg'"],
    ['src/main.ts', 'process.exitCode = await serve(process.env)'],
    ['src/http/comment.ts', "// import { x } from '../db/index.ts'\n/* process.env */\nconst link = 'https://x/process'"],
    ['jobs/deliver.ts', "import type { Store } from '../src/domain/ports.ts'"],
  ])('let %s be', (path, text) => {
    expect(faultsOf(path, text)).toEqual([])
  })

  test.each([
    ['src/domain/find-jobs.ts', "import { eq } from 'drizzle-orm'", 'domain takes nothing but'],
    ['src/domain/find-jobs.ts', "import { readFile } from 'node:fs/promises'", 'domain takes nothing but'],
    ['src/domain/find-jobs.ts', "import type { Row } from '../db/index.ts'", 'may look into no other room'],
    ['src/http/routes/jobs.ts', "import { createStore } from '../../db/index.ts'", 'http may look into'],
    ['src/http/routes/jobs.ts', "export type { Row } from '../../db/index.ts'", 'http may look into'],
    ['src/http/routes/jobs.ts', "type Row = import('../../db/index.ts').Row", 'http may look into'],
    ['src/http/routes/jobs.ts', "import {\n  type Row,\n} from '../../db/index.ts'", 'http may look into'],
    ['src/dashboard/page.ts', "import '../http/server.ts'", 'dashboard may look into'],
    ['jobs/deliver.ts', "import { createStore } from '../src/db/index.ts'", 'jobs may look into'],
    ['src/storage/s3.ts', "import { createStore } from '../db/index.ts'", 'storage may look into'],
    ['src/cli/commands/start.ts', "import { createStore } from '../../db/index.ts'", 'cli may look into'],
    ['src/app.ts', "import { rows } from './db/schema.ts'", 'entered by src/db/index.ts alone'],
    ['src/http/server.ts', "import { startSandbox } from '../sandbox/index.ts'", 'the sandbox is for the demo'],
    ['src/app.ts', "import { startSandbox } from './sandbox/index.ts'", 'the sandbox is for the demo'],
    ['src/cli/commands/start.ts', "const s = await import('../../sandbox/index.ts')", 'the sandbox is for the demo'],
    ['src/http/server.ts', "import { Queue } from 'bullmq'", 'bullmq stays in src/queue'],
    ['src/db/client.ts', "import { Redis } from 'ioredis'", 'ioredis stays in src/queue'],
    ['src/queue/pool.ts', "import type { Pool } from 'pg'", 'pg stays in src/db'],
    ['src/queue/pool.ts', "import { PGlite } from '@electric-sql/pglite'", '@electric-sql/pglite stays in src/db'],
    ['src/queue/pool.ts', "import { sql } from 'drizzle-orm/pg-core'", 'drizzle-orm stays in src/db'],
    ['src/http/server.ts', "import OpenAI from 'openai'", 'openai stays in src/openai and src/sandbox'],
    ['src/db/files.ts', "import { S3Client } from '@aws-sdk/client-s3'", '@aws-sdk stays in src/storage'],
    ['src/http/server.ts', 'const port = process.env.PORT', 'reads process.env'],
    ['src/http/server.ts', "import { env } from 'node:process'", 'node:process stays'],
    ['src/attic/thing.ts', "import type { Store } from '../domain/ports.ts'", 'in a room without rules'],
    ['src/http/server.ts', "import { x } from '../domain/ports'", 'which is no file'],
    ['src/http/long.ts', 'const x = 1\n'.repeat(301), 'has 301 lines, more than 300'],
    ['src/db/index.ts', 'export {}\n'.repeat(21), 'has 21 lines, more than 20'],
  ])('stop %s with %j', (path, text, sentence) => {
    expect(faultsOf(path, text)).toEqual([expect.stringContaining(sentence)])
  })
})

describe('rings of imports', () => {
  test('are named from end to end, types counted', () => {
    const ring = tree({
      'src/domain/a.ts': "import { b } from './b.ts'",
      'src/domain/b.ts': "export { c } from './c.ts'",
      'src/domain/c.ts': "import type { A } from './a.ts'",
    })
    expect(findCycles(ring)).toEqual([
      expect.stringContaining('src/domain/a.ts -> src/domain/b.ts -> src/domain/c.ts -> src/domain/a.ts is a cycle'),
    ])
  })

  test('are not seen where two ways lead to one file', () => {
    const diamond = tree({
      'src/domain/a.ts': "import './b.ts'\nimport './c.ts'",
      'src/domain/b.ts': "import './d.ts'",
      'src/domain/c.ts': "import './d.ts'",
      'src/domain/d.ts': '',
    })
    expect(findCycles(diamond)).toEqual([])
  })
})

test('a queue job without a file, and a file without a queue job, are told apart', () => {
  const paths = ['jobs/index.ts', 'jobs/deliver.ts', 'jobs/dream.ts', 'jobs/support/helper.ts']
  expect(checkJobs({ paths, names: ['deliver', 'purge-job'] })).toEqual([
    'jobs/dream.ts has no entry in src/domain/job-catalog.ts.',
    'The catalog names purge-job, and there is no jobs/purge-job.ts.',
  ])
})

describe('the tests themselves', () => {
  // Put together, so that this file does not break the rules it checks.
  const call = (name: string, args = ''): string => `${name}(${args})`
  const member = (object: string, name: string): string => call(`${object}.${name}`, "'x', () => {}")
  const timer = call('setTimeout', 'resolve, 100')

  test.each([
    ['test/unit/a.test.ts', `await ${call('sleep', '100')}`, 'sleeps'],
    ['test/unit/a.test.ts', `await new Promise((resolve) => ${timer})`, 'sleeps'],
    ['test/unit/a.test.ts', `await new Promise<void>(resolve => { ${timer} })`, 'sleeps'],
    ['test/unit/a.test.ts', ["import { setTimeout as wait } from 'node:timers", "promises'"].join('/'), 'sleeps'],
    ['test/unit/a.test.ts', member('test', 'skip'), 'switches a test off'],
    ['test/unit/a.test.ts', member('describe', 'only'), 'switches a test off'],
    ['test/unit/a.test.ts', member('test.concurrent', 'skip'), 'switches a test off'],
    ['test/unit/a.test.ts', call('test', `'x', { ${['retry', 2].join(': ')} }, () => {}`), 'retries'],
    ['test/unit/a.test.ts', member('vi', 'mock'), 'mocks a module'],
    ['test/unit/a.test.ts', 'const x = 1\n'.repeat(401), 'has 401 lines, more than 400'],
    ['test/other/a.test.ts', '', 'never runs'],
  ])('%s may not say %j', (path, text, sentence) => {
    expect(checkTests(new Map([[path, text]]))).toEqual([expect.stringContaining(sentence)])
  })

  test('may wait for facts, and the helpers they share may use a timer', () => {
    const files: [string, string][] = [
      ['test/unit/a.test.ts', "await once(server, 'listening')"],
      ['test/support/eventually.ts', `await new Promise((resolve) => ${timer})`],
    ]
    expect(checkTests(new Map(files))).toEqual([])
  })
})
