import { expect, test } from 'vitest'
import { CALLBACK_TYPES, EVENT_WILDCARDS, patternsFor, wantsType } from '../../../src/domain/event-patterns.ts'
import { DEFAULT_CALLBACK_EVENTS } from '../../../src/domain/job-status.ts'

const wanted = (eventTypes: string[] | null) => CALLBACK_TYPES.filter((type) => wantsType(eventTypes, type))

test('who asks for nothing gets the five that matter at the end of a job', () => {
  expect(wanted(null).toSorted()).toEqual([...DEFAULT_CALLBACK_EVENTS].toSorted())
})

test('a star is everything, and behind a dot everything of its kind', () => {
  expect(wanted(['*'])).toEqual(CALLBACK_TYPES)
  expect(wanted(['artifact.*'])).toEqual(['artifact.stored', 'artifact.failed'])
  expect(wanted(['endpoint.*'])).toEqual(['endpoint.disabled'])
  expect(wanted(['job.*'])).toHaveLength(9)
  expect(wanted(['job.progress', 'artifact.stored'])).toEqual(['job.progress', 'artifact.stored'])
  expect(wanted(['job', 'job.', 'j*', ''])).toEqual([])
})

test('the patterns are those of the types there are', () => {
  expect(EVENT_WILDCARDS).toEqual(['job.*', 'artifact.*', 'endpoint.*', '*'])
  expect(patternsFor(['job.queued', 'job.failed'])).toEqual(['job.queued', 'job.failed', 'job.*', '*'])
  expect(patternsFor([])).toEqual([])
})
