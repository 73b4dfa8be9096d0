import type { Context } from './context.ts'
import { DEFAULT_TENANT } from './principal.ts'

/** No artifact can have this key, so no purge removes it. */
const OWNER_KEY = 'longhaul/owner.txt'

export const NOT_OURS = 'left as it is: the object store bears no mark of this database. Is it the right one?'

/** Whose the objects are by the mark among them: `nobody` where there is none yet. */
export type ObjectOwner = 'us' | 'nobody' | 'others'

/**
 * Two installations may have been given one bucket by mistake: what one of them has no row for may be all that
 * the other has. So the first leaves its mark, and nobody removes anything under another's.
 */
export async function objectOwner(app: Context): Promise<ObjectOwner> {
  const [mark, found] = [await ownMark(app), await readMark(app)]
  if (found === null) return 'nobody'
  return found === mark ? 'us' : 'others'
}

export async function claimObjects(app: Context): Promise<ObjectOwner> {
  const mark = await ownMark(app)
  if (mark !== null && (await readMark(app)) === null) await app.objects.put(OWNER_KEY, bytesOf(mark), { contentType: 'text/plain' })
  return objectOwner(app)
}

/** Known to this database alone, and the same in a copy of it. */
async function ownMark({ store, digest }: Context): Promise<string | null> {
  const tenant = await store.tenants.get(DEFAULT_TENANT)
  return tenant === null ? null : digest.sha256(`${tenant.id} ${tenant.createdAt.toISOString()}`)
}

async function readMark(app: Context): Promise<string | null> {
  const found = await app.objects.get(OWNER_KEY)
  if (found === null) return null
  let text = ''
  for await (const chunk of found.body) text += new TextDecoder().decode(chunk)
  return text
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}
