import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { secretBytes } from './formats.ts'

/** The secret kept in the data folder, made where there is none. Two starts at once agree on one. */
export async function readOrMakeSecret(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, 'secret')
  const text = (await readText(path)) ?? (await makeSecret(dataDir, path))
  const parsed = secretBytes().safeParse(text.trim())
  if (parsed.success) return parsed.data
  throw new Error(`${path} does not hold base64 of 32 bytes: put back the copy it was made with, or set LONGHAUL_SECRET.`)
}

async function makeSecret(dataDir: string, path: string): Promise<string> {
  await mkdir(dataDir, { recursive: true })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeDurably(draft, `${randomBytes(32).toString('base64')}\n`)
    // A link appears whole or not at all, and fails where another start was first.
    await link(draft, path).catch(ignoreCode('EEXIST'))
  } finally {
    await unlink(draft).catch(ignoreCode('ENOENT'))
  }
  return readFile(path, 'utf8')
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(Buffer.from(text))
  await file.sync()
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}

function ignoreCode(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error
  }
}
