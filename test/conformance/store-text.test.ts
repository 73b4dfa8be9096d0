import { expect, test } from 'vitest'
import { artifactRow, insertJob, insertTurn, jobRow, REQUEST, resultRow, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

const AWKWARD = 'quote " apostrophe \' backslash \\ $1 {a,b} emoji 👩‍🚀 CJK 漢字 \u0001 \t\r\n \u2028 \uFFFE end '

describeStores('text', (here) => {
  test('any text that PostgreSQL can hold is kept exactly', async () => {
    const { store } = here()
    const text = `${AWKWARD}${'é'.repeat(1_000_000)}`
    const job = jobRow({ refusal: text, labels: { k: AWKWARD, null: 'null', '': '' }, model: '' })
    await store.jobs.insert(job, { body: text, sealedSecrets: AWKWARD })
    expect((await store.jobs.getRequest('job_1'))?.body === text).toBe(true)
    expect(await store.jobs.get('job_1')).toStrictEqual(job)
    expect(await store.jobs.list({ tenantId: 'ten_1', labels: { k: AWKWARD } }, { limit: 1, before: null })).toHaveLength(1)
  })

  test('NUL and lone surrogates become U+FFFD, in text, in JSON and in its keys', async () => {
    const { store } = here()
    const dirty = 'a\u0000b\uD800c\uDC00d👍'
    const clean = 'a\uFFFDb\uFFFDc\uFFFDd👍'
    await insertTurn(store)
    await store.results.insert(resultRow({ body: dirty, outputText: dirty, usage: { [dirty]: [dirty, { deep: dirty }] } }))
    const params = { [dirty]: dirty, '\\u0000': 'written out, not NUL' }
    await store.artifacts.insert([artifactRow({ filename: dirty, params })])
    await store.events.append('job_1', [{ id: 'evt_1', type: 'job.failed', data: { message: dirty }, createdAt: T0 }])

    const result = await store.results.getForTurn('turn_1')
    expect(result).toMatchObject({ body: clean, outputText: clean, usage: { [clean]: [clean, { deep: clean }] } })
    const [artifact] = await store.artifacts.listForJob('job_1')
    expect(artifact).toMatchObject({ filename: clean, params: { [clean]: clean, '\\u0000': 'written out, not NUL' } })
    const [event] = await store.events.list('job_1', { after: 0, limit: 1 })
    expect(event?.data).toEqual({ message: clean })
  })

  test('awkward text is only ever a value in what is asked', async () => {
    const { store } = here()
    await insertJob(store)
    for (const id of ["'; drop table longhaul.jobs; --", 'job\u0000_1', '\uD800', AWKWARD, '']) {
      expect(await store.jobs.get(id)).toBeNull()
      expect(await store.turns.findByResponseId(id)).toBeNull()
      expect(await store.jobs.list({ tenantId: id, model: id, labels: { [id]: id } }, { limit: 1, before: { createdAt: T0, id } })).toEqual(
        [],
      )
    }
    expect(await store.jobs.get('job_1')).not.toBeNull()
  })

  test('JSON keeps its types: strings that look like JSON, numbers, null and empty values', async () => {
    const { store } = here()
    const requiredAction = { text: '{"a":1}', quoted: '"x"', number: 1.5, big: 2 ** 53 - 1, none: null, list: [], object: {}, yes: true }
    await store.jobs.insert(jobRow({ requiredAction, callbackEvents: [], labels: {} }), REQUEST)
    expect(await store.jobs.get('job_1')).toStrictEqual(jobRow({ requiredAction, callbackEvents: [] }))
  })

  test('times are kept to the millisecond, far from now as well', async () => {
    const { store } = here()
    for (const iso of ['1970-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '1826-02-28T23:59:59.999Z', '9999-12-31T23:59:59.999Z']) {
      const job = await insertJob(store, { id: iso, startAfter: new Date(iso) })
      expect((await store.jobs.get(iso))?.startAfter).toEqual(job.startAfter)
    }
  })
})
