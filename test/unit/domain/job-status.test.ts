import { expect, test } from 'vitest'
import { EVENT_TYPES, FINAL_STATUSES, isFinal, JOB_STATUSES, statesBefore } from '../../../src/domain/job-status.ts'

test('the final statuses are those that nothing follows', () => {
  expect(FINAL_STATUSES).toEqual(['completed', 'incomplete', 'failed', 'cancelled'])
  expect(JOB_STATUSES.filter(isFinal)).toEqual(['completed', 'incomplete', 'failed', 'cancelled'])
})

test('nothing leaves a final status', () => {
  for (const to of JOB_STATUSES) expect(statesBefore(to).filter(isFinal)).toEqual([])
})

test('the legal moves are those that are documented', () => {
  const before = Object.fromEntries(JOB_STATUSES.map((to) => [to, statesBefore(to)]))
  expect(before).toEqual({
    queued: [],
    in_progress: ['queued', 'requires_action'],
    requires_action: ['queued', 'in_progress'],
    completed: ['queued', 'in_progress'],
    incomplete: ['queued', 'in_progress'],
    failed: ['queued', 'in_progress', 'requires_action'],
    cancelled: ['queued', 'in_progress', 'requires_action'],
  })
})

test('every status has the event that tells it', () => {
  for (const status of JOB_STATUSES) expect(EVENT_TYPES).toContain(`job.${status}`)
})
