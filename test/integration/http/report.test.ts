import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/domain/model.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { seedArtifact, seedFinished } from '../../support/http-seed.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const ANSWER: JsonObject = {
  type: 'message',
  content: [
    {
      type: 'output_text',
      text: 'High at noon. <script>alert(1)</script> [data](sandbox:/mnt/data/tides.csv), [lost](sandbox:/mnt/data/lost.csv)',
      annotations: [{ type: 'url_citation', url: 'https://atlas.example/', title: 'Atlas', start_index: 0, end_index: 13 }],
    },
  ],
}

async function finished(output: JsonObject[] = [ANSWER]): Promise<{ id: string; artifactId: string }> {
  const { id } = await http.api.submit()
  const file = seedArtifact(http.context, Buffer.from('a,b'), {
    kind: 'file',
    filename: 'tides.csv',
    contentType: 'text/csv',
    containerId: 'c',
    fileId: 'f',
  })
  const { artifacts } = await seedFinished(http.context, id, { response: { output }, artifacts: [file] })
  return { id, artifactId: artifacts[0]?.id ?? '' }
}

describe('a report', () => {
  test('is Markdown, whose links lead from where it is to the stored files', async () => {
    const { id, artifactId } = await finished()
    const { status, headers, body } = await http.api.call(`/v1/jobs/${id}/report`)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8')
    expect(headers.get('content-disposition')).toBe(`inline; filename="${id}.md"`)
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    expect(headers.get('vary')?.toLowerCase()).toContain('accept')
    expect(body).toContain('High at noon. [\\[1\\]](https://atlas.example/)')
    expect(body).toContain(`[data](../../artifacts/${artifactId}/content), lost (file not found)`)
    expect(body).toContain('1. [Atlas](https://atlas.example/) ↗ atlas.example')
    const link = new URL(`../../artifacts/${artifactId}/content`, `${http.url}/v1/jobs/${id}/report`)
    expect(await http.api.call(link.pathname)).toMatchObject({ status: 200, body: 'a,b' })
    expect((await http.api.call(`/v1/jobs/${id}`)).body.output_text).toContain('(sandbox:/mnt/data/tides.csv)')
  })

  test('is a page that runs nothing where a browser asks for one', async () => {
    const { id } = await finished()
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
    const { status, headers, body } = await http.api.call(`/v1/jobs/${id}/report`, { headers: { accept } })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(body).not.toContain('<script')
  })

  test('leads in the page to stored files by links that need no key, and open for an hour', async () => {
    const { id, artifactId } = await finished()
    const { headers, body } = await http.api.call(`/v1/jobs/${id}/report`, { headers: { accept: 'text/html' } })
    const href = String(/href="([^"]*\/v1\/shared\/[^"]*)"/.exec(body)?.[1]).replaceAll('&amp;', '&')
    const link = new URL(href)
    expect(link.href.startsWith(`${http.url}/v1/shared/${artifactId}?`)).toBe(true)
    expect(headers.get('content-security-policy')).toContain(`img-src 'self' ${http.url};`)
    expect(body).not.toContain('/content')
    expect(body).toMatch(/>data<\/a>/) // it leads to our own, and is not marked as an outside link
    expect(Number(link.searchParams.get('expires')) - Date.now() / 1000).toBeGreaterThan(3_500)
    expect(await (await fetch(link)).text()).toBe('a,b')
  })

  test.each([
    ['*/*', 'text/markdown'],
    ['text/*', 'text/markdown'],
    ['text/html;q=0.5, text/markdown', 'text/markdown'],
    ['text/html, text/markdown;q=0.9', 'text/html'],
    ['TEXT/HTML', 'text/html'],
    ['application/json', 'text/markdown'],
    ['text/html;q=x', 'text/markdown'],
  ])('for Accept: %s is %s', async (accept, type) => {
    const { id } = await finished()
    expect((await http.api.call(`/v1/jobs/${id}/report`, { headers: { accept } })).headers.get('content-type')).toContain(type)
  })

  test('of a job that gave no answer yet, of somebody else’s and of none is a 404 that says which', async () => {
    const { id } = await http.api.submit()
    expect(await http.api.call(`/v1/jobs/${id}/report`)).toMatchObject({ status: 404, body: { error: { code: 'no_response' } } })
    const stranger = await http.tenant()
    const { id: theirs } = await finished()
    for (const path of [`/v1/jobs/${theirs}/report`, '/v1/jobs/job_x/report', `/v1/jobs/${theirs}/items`])
      expect(await stranger.call(path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  })

  test('is named among a job’s addresses', async () => {
    const { id, urls } = await http.api.submit()
    expect(urls.report).toBe(`${http.url}/v1/jobs/${id}/report`)
  })
})

describe('the items of a job', () => {
  test('are told one by one and counted by type, those nobody knows too', async () => {
    const search = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'tides' } }
    const { id } = await finished([search, search, { type: 'telepathy_call' }, ANSWER])
    const { status, body } = await http.api.call(`/v1/jobs/${id}/items`)
    expect(status).toBe(200)
    expect(body.data[0]).toEqual({
      turn: 1,
      index: 0,
      id: 'ws_1',
      type: 'web_search_call',
      status: 'completed',
      summary: 'Searched the web for “tides”',
      detail: { action: 'search', queries: ['tides'] },
    })
    expect(body.data[2]).toMatchObject({ index: 2, type: 'telepathy_call', detail: null })
    expect(body).toMatchObject({ counts: { web_search_call: 2, telepathy_call: 1, message: 1 }, unknown: 1 })
    expect((await http.api.call(`/v1/jobs/${id}/items?turn=2`)).body).toEqual({ data: [], counts: {}, unknown: 0 })
  })

  test('are none before there is an answer', async () => {
    const { id } = await http.api.submit()
    expect((await http.api.call(`/v1/jobs/${id}/items`)).body).toEqual({ data: [], counts: {}, unknown: 0 })
  })
})
