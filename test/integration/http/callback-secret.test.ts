import { afterAll, beforeAll, expect, test } from 'vitest'
import { tenantSecrets } from '../../../src/domain/callback-secrets.ts'
import type { HttpClient } from '../../support/http-client.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const ROTATE = '/v1/callback-secret/rotate'
const secretOf = async (api: HttpClient): Promise<string> => (await api.call('/v1/callback-secret')).body.secret

/** What a job's own address is signed with now. */
async function signedWith(api: HttpClient): Promise<string[]> {
  const { id } = await api.submit()
  const job = (await http.context.store.jobs.get(id))!
  return tenantSecrets(http.context, (await http.context.store.tenants.get(job.tenantId))!)
}

test('a rotation signs with the old secret too, for a day unless told otherwise', async () => {
  const api = await http.tenant()
  const old = await secretOf(api)
  const { status, body } = await api.post(ROTATE)
  expect(status).toBe(200)
  expect((Date.parse(body.previous_until) - Date.now()) / 3_600_000).toBeCloseTo(24, 1)
  expect(await secretOf(api)).toBe(body.secret)
  expect(await signedWith(api)).toEqual([body.secret, old])
  const third = (await api.post(ROTATE, { overlap_seconds: 604_800 })).body.secret
  expect(await signedWith(api)).toEqual([third, body.secret, old])
})

test('without an overlap every old one is dead at once', async () => {
  const api = await http.tenant()
  await api.post(ROTATE)
  const { body } = await api.post(ROTATE, { overlap_seconds: 0 })
  expect(body.previous_until).toBeNull()
  expect(await signedWith(api)).toEqual([body.secret])
})

test('several at once lose none that was told', async () => {
  const api = await http.tenant()
  const first = await secretOf(api)
  const told = await Promise.all([api.post(ROTATE), api.post(ROTATE), api.post(ROTATE)])
  expect((await signedWith(api)).toSorted()).toEqual([first, ...told.map(({ body }) => body.secret as string)].toSorted())
})

test('it may be changed to a secret of the caller\u2019s own, that cannot be guessed', async () => {
  const api = await http.tenant()
  const secret = `whsec_${Buffer.from(Array.from({ length: 24 }, (_, n) => n * 3)).toString('base64')}`
  expect((await api.post(ROTATE, { secret })).body.secret).toBe(secret)
  expect((await api.post(ROTATE, { secret: `whsec_${Buffer.alloc(24).toString('base64')}` })).status).toBe(400)
})

test.each([{ overlap_seconds: -1 }, { overlap_seconds: 604_801 }, { overlap_seconds: 1.5 }, { seconds: 1 }, []])(
  '%j is refused',
  async (body) => {
    expect((await http.api.post(ROTATE, body)).status).toBe(400)
  },
)
