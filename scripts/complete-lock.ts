// Adds to package-lock.json the optional packages of other platforms that a partial registry mirror leaves out,
// without which `npm ci` refuses the lock. Run after a dependency was added from such a mirror.
import { readFile, writeFile } from 'node:fs/promises'

const LOCK = new URL('../package-lock.json', import.meta.url)
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32']
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32']

interface Entry {
  dev?: boolean
  license?: string
  optionalDependencies?: Record<string, string>
  [field: string]: unknown
}

const lock = JSON.parse(await readFile(LOCK, 'utf8')) as { packages: Record<string, Entry> }
const packages = new Map(Object.entries(lock.packages))
let added = 0
for (const [place, { dev, license, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const known = packages.has(`${place}/node_modules/${name}`) || packages.has(`node_modules/${name}`)
    const parts = name.split(/[/-]/)
    const system = SYSTEMS.find((one) => parts.includes(one))
    const processor = PROCESSORS.find((one) => parts.includes(one))
    if (known || system === undefined || processor === undefined || !/^\d/.test(version)) continue
    const libc = parts.includes('gnu') ? 'glibc' : parts.includes('musl') ? 'musl' : undefined
    packages.set(`node_modules/${name}`, {
      version,
      cpu: [processor],
      ...(dev === true && { dev }),
      ...(libc !== undefined && { libc: [libc] }),
      ...(license !== undefined && { license }),
      optional: true,
      os: [system],
    })
    added += 1
  }
}
const sorted = [...packages].toSorted(([left], [right]) => (left < right ? -1 : 1))
await writeFile(LOCK, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
console.log(`${added} packages of other platforms added to package-lock.json`)
