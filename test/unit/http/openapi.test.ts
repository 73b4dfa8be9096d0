import { describe, expect, test } from 'vitest'
import { renderDocs } from '../../../src/http/docs/render-docs.ts'
import { openApiDocument } from '../../../src/http/index.ts'

const document = openApiDocument({ publicUrl: 'https://longhaul.example.com' })
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)
const everywhere = JSON.stringify(document)

describe('the document', () => {
  test('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(ids.length).toBeGreaterThanOrEqual(21)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has everything that it refers to', () => {
    for (const [, name] of everywhere.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(Object.keys(document.components.schemas)).toContain(name)
    expect(everywhere.match(/"\$ref":"(?!#\/components)/)).toBeNull()
  })

  test('declares the parameters that its paths have, and no others', () => {
    for (const { path, operation } of operations) {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
      expect(declared.every(({ required }) => required)).toBe(true)
    }
  })

  test('tells a list filter as a comma list and a label filter by its dotted name', () => {
    const list = document.paths['/v1/jobs']?.get?.parameters ?? []
    expect(list.find(({ name }) => name === 'status')).toMatchObject({ style: 'form', explode: false, schema: { type: 'array' } })
    const label = list.find(({ name }) => name === 'label')
    expect(label).toMatchObject({ style: 'form', explode: true, schema: { type: 'object' } })
    expect('label.team').toMatch(new RegExp((label!.schema.propertyNames as { pattern: string }).pattern))
    expect(list.find(({ name }) => name === 'limit')?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  })

  test('gives every refusal the one shape', () => {
    for (const { operation } of operations) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const ref = content?.['application/json']?.schema.$ref
        if (Number(status) >= 400 && ref !== undefined) expect(ref).toBe('#/components/schemas/Error')
      }
    }
  })

  test('names every form that a reply may have', () => {
    const content = document.paths['/v1/jobs/{id}/report']?.get?.responses['200']?.content
    expect(Object.keys(content ?? {})).toEqual(['text/markdown', 'text/html'])
    expect(renderDocs(document)).toContain('<code>text/markdown</code> or <code>text/html</code>')
  })

  test('asks for a key where the router does', () => {
    expect(document.paths['/v1/jobs']?.post?.security).toEqual([{ key: [] }])
    expect(document.paths['/webhooks/openai']?.post?.security).toEqual([])
  })

  test('carries nothing of the library that made it', () => {
    expect(everywhere).not.toMatch(/\$schema|__schema|"~standard"/)
  })
})

describe('the page', () => {
  const page = renderDocs(document)

  test('has a place for every operation and every schema, and every link leads to one', () => {
    const places = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    for (const { operation } of operations) expect(places).toContain(operation.operationId)
    for (const name of Object.keys(document.components.schemas)) expect(places).toContain(`schema-${name}`)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(places).toContain(target)
  })

  test('shows a command for every operation', () => {
    expect(page.match(/<pre[^>]*><code>curl /g)).toHaveLength(operations.length)
    expect(page).toContain('https://longhaul.example.com/v1/deliveries/dlv_')
  })

  test('shows text as text', () => {
    const hostile = structuredClone(document)
    hostile.info.description = '<script>alert(1)</script> & `<b>`'
    expect(renderDocs(hostile)).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; <code>&lt;b&gt;</code>')
  })
})
