import { DOMAIN_PACKAGES, MAY_IMPORT_SANDBOX, MAY_READ_ENV, PACKAGE_ROOMS, ROOMS, roomOf } from './rooms.ts'
import { importsOf, lineCount, withoutComments } from './source-tree.ts'
import type { SourceTree } from './source-tree.ts'

const MAX_LINES = 300
const MAX_INDEX_LINES = 20

/** Every broken rule of src/ and jobs/, each as a sentence that says what to do. */
export function checkSource(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) => [
    ...importsOf(path, text).flatMap((target) => (isFile(target) ? checkArrow(tree, { path, target }) : checkPackage(path, target))),
    ...checkEnv(path, text),
    ...checkSize(path, text),
  ])
}

function isFile(target: string): boolean {
  return /^(?:src|jobs)\//.test(target)
}

function checkArrow(tree: SourceTree, { path, target }: { path: string; target: string }): string[] {
  const [from, to] = [roomOf(path), roomOf(target)]
  if (!tree.has(target)) return [`${path} imports ${target}, which is no file: relative imports name one, with its .ts.`]
  if (from === to) return []
  const allowed = ROOMS[from]
  if (allowed === undefined) return [`${path} is in a room without rules: name ${from} in test/support/architecture/rooms.ts.`]
  if (to === 'sandbox') {
    return MAY_IMPORT_SANDBOX.test(path)
      ? []
      : [`${path} imports ${target}: the sandbox is for the demo, the sandbox command and tests alone.`]
  }
  if (!allowed.includes(to)) {
    return [
      `${path} imports ${target}: ${from} may look into ${allowed.join(', ') || 'no other room'}. State a port in src/domain/ports.ts and let src/app.ts hand it in.`,
    ]
  }
  const index = target.startsWith('jobs/') ? 'jobs/index.ts' : `src/${to}/index.ts`
  return tree.has(index) && target !== index ? [`${path} imports ${target}: from outside, ${to} is entered by ${index} alone.`] : []
}

function checkPackage(path: string, target: string): string[] {
  const room = roomOf(path)
  if (room === 'domain' && !DOMAIN_PACKAGES.includes(target)) {
    return [`${path} imports ${target}: domain takes nothing but ${DOMAIN_PACKAGES.join(', ')}. State a port in src/domain/ports.ts.`]
  }
  return Object.entries(PACKAGE_ROOMS)
    .filter(([name, rooms]) => (target === name || target.startsWith(`${name}/`)) && !rooms.includes(room))
    .map(([name, rooms]) => `${path} imports ${target}: ${name} stays in ${rooms.map((owner) => `src/${owner}`).join(' and ')}.`)
}

function checkEnv(path: string, text: string): string[] {
  if (MAY_READ_ENV.test(path) || !/\bprocess\.env\b/.test(withoutComments(text))) return []
  return [`${path} reads process.env: only src/main.ts and src/cli do; add a setting to src/config/settings.ts.`]
}

function checkSize(path: string, text: string): string[] {
  const max = path.endsWith('/index.ts') && roomOf(path) !== 'jobs' && path.split('/').length === 3 ? MAX_INDEX_LINES : MAX_LINES
  const lines = lineCount(text)
  return lines > max ? [`${path} has ${lines} lines, more than ${max}: split it by what its parts do.`] : []
}
