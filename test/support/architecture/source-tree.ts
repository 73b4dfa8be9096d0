import { readFile, readdir } from 'node:fs/promises'
import { join, posix, sep } from 'node:path'

/** Path from the root of the project, with forward slashes, to text. */
export type SourceTree = ReadonlyMap<string, string>

export async function readTree(root: string, folders: string[]): Promise<SourceTree> {
  const paths = (await Promise.all(folders.map((folder) => listTypeScript(root, folder)))).flat().toSorted()
  const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')))
  return new Map(paths.map((path, index) => [path, texts[index] ?? '']))
}

async function listTypeScript(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .split(sep)
        .join('/'),
    )
}

const IMPORTS = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
]

/** Everything a file imports, types and re-exports too: relative ones as paths from the root. */
export function importsOf(path: string, text: string): string[] {
  const code = withoutComments(text)
  const specifiers = IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''))
  return [...new Set(specifiers.map((specifier) => (specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier)))]
}

/** Line comments go only where nothing but white space stands before them, so that `https://` in a string is left alone. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*\*?\s[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

export function lineCount(text: string): number {
  return text.replace(/\n$/, '').split('\n').length
}
