import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface SmallDisk extends AsyncDisposable {
  dir: string
}

/** A disk of its own, so that it can be filled for real; null where neither this process nor sudo may mount one. */
export async function mountSmallDisk({ megabytes }: { megabytes: number }): Promise<SmallDisk | null> {
  if (process.platform !== 'linux') return null
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-disk-'))
  const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`
  const mount = ['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700,${owner}`, 'tmpfs', dir]
  for (const prefix of [[], ['sudo', '-n']]) {
    if (!(await succeeds([...prefix, ...mount]))) continue
    return {
      dir,
      async [Symbol.asyncDispose]() {
        await succeeds([...prefix, 'umount', '--lazy', dir])
        await rm(dir, { recursive: true, force: true })
      },
    }
  }
  await rm(dir, { recursive: true, force: true })
  return null
}

async function succeeds([command = '', ...args]: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  )
}
