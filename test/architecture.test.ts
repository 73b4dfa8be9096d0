import { expect, test } from 'vitest'
import { JOB_NAMES } from '../src/domain/job-catalog.ts'
import { checkJobs } from './support/architecture/check-jobs.ts'
import { checkSource } from './support/architecture/check-source.ts'
import { checkTests } from './support/architecture/check-tests.ts'
import { findCycles } from './support/architecture/find-cycles.ts'
import { readTree } from './support/architecture/source-tree.ts'

const root = new URL('..', import.meta.url).pathname.replace(/\/$/, '')
const source = await readTree(root, ['src', 'jobs'])
const tests = await readTree(root, ['test'])

test('every import follows the arrows, and every file keeps to its size', () => {
  expect(checkSource(source)).toEqual([])
})

test('no files import each other in a ring', () => {
  expect(findCycles(source)).toEqual([])
})

test('every queue job has one file of its name', () => {
  expect(checkJobs({ paths: source.keys(), names: JOB_NAMES })).toEqual([])
})

test('no test sleeps, is switched off, retries or mocks a module', () => {
  expect(checkTests(tests)).toEqual([])
})
