import { readFile } from 'node:fs/promises'

export const ROOT = new URL('../../../', import.meta.url)

export interface TestLink {
  name: string
  file: string
}

export const readText = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8')

/** `[name of a test](../test/its/file.test.ts)` */
export function testLinks(markdown: string): TestLink[] {
  return [...markdown.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, name = '', file = '']) => ({ name, file }))
}

/** What is wrong with a link, as a sentence; null when the file has a test, or a row of a table of tests, of that name. */
export async function faultOf({ name, file }: TestLink): Promise<string | null> {
  const text = await readText(file).catch(() => null)
  if (text === null) return `${file} is not there`
  const quoted = [`'${name}'`, `"${name}"`, `\`${name}\``]
  return quoted.some((title) => text.includes(title)) ? null : `${file} has no test "${name}"`
}
