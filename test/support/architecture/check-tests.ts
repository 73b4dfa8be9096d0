import { lineCount, withoutComments } from './source-tree.ts'
import type { SourceTree } from './source-tree.ts'

const MAX_LINES = 400
const FOLDERS = /^test\/(?:unit|integration|conformance|e2e|browser|faults|packaging)\/|^test\/architecture\.test\.ts$/
const SLEEP = /\bsleep\(|timers\/promises|new Promise(?:<[^>]*>)?\(\s*\(?\w*\)?\s*=>\s*\{?\s*(?:void\s+)?(?:globalThis\.)?setTimeout\(/
const SWITCHED_OFF = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:skip|only|skipIf|runIf|todo|fails)\b/
const RETRY = /\bretry:\s*[1-9]/

/** Every broken rule of test/, each as a sentence that says what to do. */
export function checkTests(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) => {
    const code = withoutComments(text)
    const support = path.startsWith('test/support/') // where waiting and skipping are written, once
    return [
      ...(path.endsWith('.test.ts') && !FOLDERS.test(path) ? [`${path} is in no project of vitest.config.ts, so it never runs.`] : []),
      ...(!support && SLEEP.test(code) ? [`${path} sleeps: wait for the fact itself, with a latch, an event or eventually().`] : []),
      ...(!support && SWITCHED_OFF.test(code)
        ? [`${path} switches a test off: describeWith() from test/support/servers.ts skips where a server is missing.`]
        : []),
      ...(RETRY.test(code) ? [`${path} retries: a test that passes the second time has found something.`] : []),
      ...(/\bvi\.(?:mock|doMock)\(/.test(code) ? [`${path} mocks a module: hand in a part of your own instead.`] : []),
      ...(lineCount(text) > MAX_LINES
        ? [`${path} has ${lineCount(text)} lines, more than ${MAX_LINES}: split it by what it is about.`]
        : []),
    ]
  })
}
