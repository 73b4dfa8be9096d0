import { expect, test } from 'vitest'
import type { Artifact } from '../../src/domain/model.ts'
import type { ArtifactFilter } from '../../src/domain/store.ts'
import { after, artifactRow, insertTurn } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

describeStores('artifacts', (here) => {
  test('artifacts come back as they were written', async () => {
    const { store } = here()
    await insertTurn(store)
    const full = artifactRow({
      id: 'art_full',
      bytes: 5_000_000_000,
      containerId: 'cntr_1',
      fileId: 'cfile_1',
      prefix: 'data:image/png;base64,',
      revisedPrompt: 'a cat',
      params: { size: '1024x1024', n: 1 },
      error: 'late',
    })
    const bare = artifactRow({
      id: 'art_bare',
      status: 'expired',
      objectKey: null,
      bytes: null,
      sha256: null,
      width: null,
      height: null,
      itemId: null,
      path: null,
    })
    await store.artifacts.insert([full, bare])
    expect(await store.artifacts.get('art_full', { tenantId: 'ten_1' })).toStrictEqual(full)
    expect(await store.artifacts.get('art_full', { tenantId: 'ten_2' })).toBeNull()
    expect(await store.artifacts.listForJob('job_1')).toStrictEqual([bare, full])
    expect(await store.artifacts.listForJob('job_2')).toEqual([])
  })

  test('those already there are left, and the new ones beside them are stored', async () => {
    const { store } = here()
    await insertTurn(store)
    await store.artifacts.insert([])
    await store.artifacts.insert([artifactRow({ filename: 'first.png' })])
    await store.artifacts.insert([artifactRow({ filename: 'second.png' }), artifactRow({ id: 'art_2' })])
    const stored = await store.artifacts.listForJob('job_1')
    expect(stored.map(({ id, filename }) => [id, filename])).toEqual([
      ['art_1', 'first.png'],
      ['art_2', 'image.png'],
    ])
  })

  test('a list keeps to its filter and runs from newest to oldest', async () => {
    const { store } = here()
    await insertTurn(store)
    await insertTurn(store, { id: 'turn_2', jobId: 'job_2' })
    await store.artifacts.insert([
      artifactRow({ id: 'art_a', createdAt: after(1) }),
      artifactRow({ id: 'art_b', createdAt: after(2), kind: 'figure' }),
      artifactRow({ id: 'art_c', createdAt: after(2), jobId: 'job_2', turnId: 'turn_2' }),
      artifactRow({ id: 'art_z', tenantId: 'ten_2' }),
    ])
    const list = async (filter: Partial<ArtifactFilter>, before: Artifact | null = null): Promise<string> => {
      const artifacts = await store.artifacts.list({ tenantId: 'ten_1', ...filter }, { limit: 2, before })
      return artifacts.map(({ id }) => id.slice(4)).join('')
    }
    expect(await list({})).toBe('cb')
    expect(await list({}, artifactRow({ id: 'art_b', createdAt: after(2) }))).toBe('a')
    expect(await list({ kind: ['image', 'file'] })).toBe('ca')
    expect(await list({ jobId: 'job_1' })).toBe('ba')
    expect(await list({ createdAfter: after(2) })).toBe('cb')
    expect(await list({ createdBefore: after(2) })).toBe('a')
  })

  test('those of a deleted job are hidden, but for the purge', async () => {
    const { store } = here()
    await insertTurn(store)
    await store.artifacts.insert([artifactRow()])
    await store.jobs.markDeleted('job_1', { at: after(1), upstream: false })
    expect(await store.artifacts.get('art_1', { tenantId: 'ten_1' })).toBeNull()
    expect(await store.artifacts.list({ tenantId: 'ten_1' }, { limit: 10, before: null })).toEqual([])
    expect(await store.artifacts.listForJob('job_1')).toHaveLength(1)
  })
})
