import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { verifyWebhook } from '../../../src/signing/index.ts'
import { readText, ROOT } from './read-docs.ts'

test('whoever copies our sample verifies the bytes that came, waits for the answer, and hands over the secret itself', async () => {
  const pages = [
    'README.md',
    ...(await readdir(new URL('docs/', ROOT))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ]
  const blocks = (await Promise.all(pages.map(readText))).flatMap((page) => page.match(/```[jt]s\b[\s\S]*?```/g) ?? [])
  const samples = blocks.filter((block) => block.includes('webhooks.unwrap('))
  expect(samples.length).toBeGreaterThan(0)
  for (const sample of samples) {
    expect(sample).toMatch(/await \w+\.webhooks\.unwrap\(/)
    expect(sample).not.toMatch(/webhooks\.unwrap\([^)]*\{/) // a secret in an object breaks the handler
    expect(sample).toMatch(/express\.raw\(/)
    expect(sample).not.toMatch(/express\.json\(|JSON\.stringify/)
  }
})

test('our own check of a signature answers at once, and the linter lets no promise go by', async () => {
  const verified: unknown = verifyWebhook({ rawBody: Buffer.of(), headers: {}, secrets: [], now: new Date(0) })
  expect(verified).toMatchObject({ outcome: 'refused' })
  const lint = await readText('.oxlintrc.json')
  expect(lint).toContain('"typeAware": true')
  expect(lint).toContain('"typescript/no-floating-promises": "error"')
})
