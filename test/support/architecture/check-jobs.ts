import { basename } from 'node:path'

/** The files of jobs/ and the names of the catalog, each without the other. */
export function checkJobs({ paths, names }: { paths: Iterable<string>; names: readonly string[] }): string[] {
  const files = [...paths].filter((path) => /^jobs\/[^/]+\.ts$/.test(path) && path !== 'jobs/index.ts').map((path) => basename(path, '.ts'))
  return [
    ...files.filter((file) => !names.includes(file)).map((file) => `jobs/${file}.ts has no entry in src/domain/job-catalog.ts.`),
    ...names.filter((name) => !files.includes(name)).map((name) => `The catalog names ${name}, and there is no jobs/${name}.ts.`),
  ]
}
