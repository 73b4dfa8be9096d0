import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Every figure in turn, or those named: `npm run bench -- start-up`.
const folder = fileURLToPath(new URL('.', import.meta.url))
const wanted = process.argv.slice(2)
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
const unknown = wanted.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${all.join(', ')}.`)
  process.exitCode = 2
} else {
  for (const name of wanted.length > 0 ? wanted : all) {
    console.log(`\n== ${name}`)
    const { status } = spawnSync(process.execPath, [`${folder}${name}.ts`], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
}
