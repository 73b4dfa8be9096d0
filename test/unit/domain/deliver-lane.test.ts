import { expect, test } from 'vitest'
import { Lane, Lanes } from '../../../src/domain/deliver-lane.ts'

test('a target begins with one place, and earns more by what it takes, sixteen at most', () => {
  const lane = new Lane('t')
  expect(lane.begin('a')).toBe(true)
  for (let index = 0; index < 40; index += 1) expect(lane.begin(`b${index}`)).toBe(false)
  const joined = () => {
    let count = 0
    while (lane.join() !== null) count += 1
    return count
  }
  expect(joined()).toBe(0)
  const widths = Array.from({ length: 6 }, () => {
    lane.took()
    return joined()
  })
  expect(widths).toEqual([1, 2, 4, 8, 0, 0])
})

test('one failure takes it back to one place, and those that are too many leave', () => {
  const lane = new Lane('t')
  lane.begin('a')
  for (const id of ['b', 'c', 'd']) lane.line(id)
  lane.took()
  expect(lane.join()).toBe('b')
  lane.failed()
  expect(lane.next()).toBeNull()
  lane.end()
  expect(lane.next()).toBe('c')
})

test('what is under way or in line already is not lined up again', () => {
  const lane = new Lane('t')
  lane.begin('a')
  expect(lane.begin('a')).toBe(false)
  lane.line('b')
  lane.line('b')
  expect([lane.next(), lane.next()]).toEqual(['b', null])
  lane.line('b')
  expect(lane.next()).toBeNull()
  lane.sent('b')
  lane.line('b')
  expect(lane.next()).toBe('b')
})

test('ten thousand that wait for one target are two hundred in memory, and the rows are asked for the rest', () => {
  const lane = new Lane('t')
  for (let index = 0; index < 10_000; index += 1) lane.begin(`dlv_${index}`)
  let taken = 0
  while (lane.next() !== null) taken += 1
  expect(taken).toBe(200)
  expect(lane.needsRefill).toBe(true)
  lane.forget({ more: false })
  expect(lane.isEmpty).toBe(true)
})

test('a lane is remembered only while something is sent or waits', () => {
  const lanes = new Lanes()
  const lane = lanes.of('t')
  lane.begin('a')
  lanes.tidy(lane)
  expect(lanes.of('t')).toBe(lane)
  lane.end()
  lanes.tidy(lane)
  expect(lanes.of('t')).not.toBe(lane)
})
