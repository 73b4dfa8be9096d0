import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** What a migration made now would hold that migrations/ does not, in words; null when nothing is missing. */
export async function schemaDrift(root: string): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-migrations-'))
  try {
    await cp(join(root, 'migrations'), folder, { recursive: true })
    const known = await readdir(folder)
    const args = ['generate', '--dialect', 'postgresql', '--schema', 'src/db/schema/index.ts', '--name', 'drift']
    const run = spawnSync('drizzle-kit', [...args, '--out', relative(root, folder)], { cwd: root, encoding: 'utf8', shell: false })
    if (run.error) return `drizzle-kit does not run: ${run.error.message}`
    if (run.status !== 0) return `drizzle-kit stopped: ${run.stderr || run.stdout}`
    const added = (await readdir(folder)).filter((name) => name.endsWith('.sql') && !known.includes(name))
    return added.length === 0 ? null : 'src/db/schema has changes that no migration makes'
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
