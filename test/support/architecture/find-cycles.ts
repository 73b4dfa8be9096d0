import { importsOf } from './source-tree.ts'
import type { SourceTree } from './source-tree.ts'

/** One sentence for each ring of imports, types counted: files that need each other are one file or lack a third. */
export function findCycles(tree: SourceTree): string[] {
  const done = new Set<string>()
  const cycles: string[] = []

  function visit(path: string, trail: string[]): void {
    const at = trail.indexOf(path)
    if (at >= 0) {
      cycles.push(`${[...trail.slice(at), path].join(' -> ')} is a cycle: move what they share into a file of its own.`)
      return
    }
    if (done.has(path)) return
    for (const target of importsOf(path, tree.get(path) ?? '')) if (tree.has(target)) visit(target, [...trail, path])
    done.add(path)
  }

  for (const path of tree.keys()) visit(path, [])
  return cycles
}
