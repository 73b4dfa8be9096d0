import { expect, test } from 'vitest'
import { targetOf } from '../../../src/domain/callback-target.ts'

const own = (url: string, tenantId = 'ten_1') => targetOf({ tenantId, endpointId: null, url })

test('an endpoint is its own target, wherever it is', () => {
  expect(targetOf({ tenantId: 'ten_1', endpointId: 'ep_1', url: 'https://a.test/x' })).toBe('ep_1')
})

test('the addresses of one host are one target of their tenant', () => {
  const target = own('https://a.test/one')
  expect(target).toMatch(/^host_[0-9a-f]{32}$/)
  for (const same of ['https://a.test/two?x=y', 'https://A.test:443/', 'https://a.test./']) expect(own(same)).toBe(target)
  for (const other of ['https://b.test/one', 'https://a.test:8443/one', 'http://a.test/one', 'https://x.a.test/one']) {
    expect(own(other)).not.toBe(target)
  }
  expect(own('https://a.test/one', 'ten_2')).not.toBe(target)
})

test('what is no address is a target still', () => {
  expect(own('nonsense')).toMatch(/^host_/)
  expect(own('nonsense')).not.toBe(own('other nonsense'))
})
