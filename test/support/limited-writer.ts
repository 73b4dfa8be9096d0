import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openObjectStore } from '../../src/storage/index.ts'

/** Run under a limit on the size of files: writes more than that, and prints what came of it. */
const [dir = '', megabytes = ''] = process.argv.slice(2)
const store = await openObjectStore({ kind: 'files', dir })

async function* zeros(): AsyncGenerator<Uint8Array> {
  for (let left = Number(megabytes); left > 0; left -= 1) yield new Uint8Array(1024 * 1024)
}

const put = store.put('ten_a/job_a/art_a.bin', zeros(), { contentType: 'application/octet-stream' })
const fault = await put.then(
  () => null,
  (error: Error) => `${error.name}: ${error.message}`,
)
console.log(JSON.stringify({ fault, left: await readdir(join(dir, '.tmp')), object: await store.get('ten_a/job_a/art_a.bin') }))
