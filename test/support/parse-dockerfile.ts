export interface Stage {
  name: string | null
  image: string
  workdir: string
  env: Record<string, string>
  user: string | null
  command: string[]
  healthcheck: string[]
  steps: Step[]
}

export type Step = { kind: 'copy'; from: string | null; sources: string[]; target: string } | { kind: 'run'; command: string }

/** The parts of a Dockerfile that ours uses; anything else throws, so that the test cannot pass over it. */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  for (const line of instructions(text)) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(line) ?? []
    if (word === 'FROM') {
      const [image = '', , name = null] = rest.split(/\s+/)
      stages.push({ name, image, workdir: '/', env: {}, user: null, command: [], healthcheck: [], steps: [] })
      continue
    }
    const stage = stages.at(-1)
    if (stage === undefined) throw new Error(`${line} stands before FROM`)
    read(stage, { word, rest })
  }
  return stages
}

function read(stage: Stage, { word, rest }: { word: string; rest: string }): void {
  if (word === 'WORKDIR') stage.workdir = rest
  else if (word === 'USER') stage.user = rest
  else if (word === 'CMD') stage.command = execForm(rest)
  else if (word === 'HEALTHCHECK') stage.healthcheck = execForm(rest.replace(/^.*?CMD\s+/s, ''))
  else if (word === 'RUN') stage.steps.push({ kind: 'run', command: rest })
  else if (word === 'ENV') Object.assign(stage.env, Object.fromEntries(rest.split(/\s+/).map((pair) => pair.split('='))))
  else if (word === 'COPY') stage.steps.push(readCopy(rest))
  else if (word !== 'EXPOSE' && word !== 'VOLUME') throw new Error(`${word} is not known to this reader`)
}

function readCopy(rest: string): Step {
  const from = /^--from=(\S+)\s+/.exec(rest)
  const paths = rest.slice(from?.[0].length ?? 0).split(/\s+/)
  return { kind: 'copy', from: from?.[1] ?? null, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' }
}

function execForm(text: string): string[] {
  return JSON.parse(text) as string[]
}

function instructions(text: string): string[] {
  return text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
}
