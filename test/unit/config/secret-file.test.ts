import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readOrMakeSecret } from '../../../src/config/index.ts'

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'longhaul-secret-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

describe('the secret in the data folder', () => {
  test('is made once, in a folder that need not be there yet, and read from then on', async () => {
    await using folder = await temporaryFolder()
    const dataDir = join(folder.path, 'deep', 'data')
    const made = await readOrMakeSecret(dataDir)
    expect(made).toHaveLength(32)
    expect(await readOrMakeSecret(dataDir)).toEqual(made)
    expect(await readdir(dataDir)).toEqual(['secret'])
  })

  test('can be read by its owner alone', async () => {
    await using folder = await temporaryFolder()
    await readOrMakeSecret(folder.path)
    expect((await stat(join(folder.path, 'secret'))).mode & 0o777).toBe(0o600)
  })

  test('is one, however many start at once', async () => {
    await using folder = await temporaryFolder()
    const secrets = await Promise.all(Array.from({ length: 20 }, () => readOrMakeSecret(folder.path)))
    expect(new Set(secrets.map(String)).size).toBe(1)
    expect(await readdir(folder.path)).toEqual(['secret'])
  })

  test('is never overwritten when it cannot be read', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'secret'), 'half a sec')
    await expect(readOrMakeSecret(folder.path)).rejects.toThrow('does not hold base64 of 32 bytes')
  })

  test('may be a line with white space at its end', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'secret'), `${Buffer.alloc(32, 5).toString('base64')}\r\n`)
    expect(await readOrMakeSecret(folder.path)).toEqual(new Uint8Array(32).fill(5))
  })
})
