import { doctorFrom } from '../../doctor-from.ts'
import type { DoctorWish } from '../../doctor-from.ts'

type Line = Parameters<DoctorWish['tell']>[0]

const COULD_NOT_LOOK = 2

/** 0: all is well, or was mended; 1: something is wrong still; 2: it could not look. */
export async function doctor(
  env: Record<string, string | undefined>,
  { json, ...wish }: { mend: boolean; deep: boolean; offline: boolean; json: boolean },
): Promise<number> {
  const stop = new AbortController()
  const onStop = (): void => stop.abort(new Error('It was stopped.'))
  process.once('SIGINT', onStop)
  let wrong = 0
  try {
    const tell = (line: Line): void => {
      console.log(json ? JSON.stringify(line) : asText(line, wish))
      if (line.kind === 'end') wrong = line.found - line.mended + line.broken
    }
    const report = await doctorFrom(env, { ...wish, signal: stop.signal, tell })
    if (report.ok) return wrong === 0 ? 0 : 1
    console.error(report.message)
    return COULD_NOT_LOOK
  } finally {
    process.removeListener('SIGINT', onStop)
  }
}

function asText(line: Line, { mend }: { mend: boolean }): string {
  switch (line.kind) {
    case 'check':
      return `${line.check}: ${line.about}`
    case 'skipped':
      return `${line.check}: left out, for ${line.why}`
    case 'finding':
      return `  ! ${line.subject}: ${line.problem}\n    ${line.mended === null ? `remedy: ${line.remedy}` : `mended: ${line.mended}`}`
    case 'broken':
      return `  ! could not be looked at to the end: ${line.message}`
    case 'end':
      return ending(line, mend)
    default:
      return line satisfies never
  }
}

function ending({ found, mended, broken }: { found: number; mended: number; broken: number }, mend: boolean): string {
  const unseen = broken === 0 ? '' : ` ${broken} of the checks could not be made.`
  if (found === 0) return broken === 0 ? '\nAll is well.' : `\nNothing else is wrong.${unseen}`
  const things = found === 1 ? '1 thing is wrong' : `${found} things are wrong`
  if (!mend) return `\n${things}.${unseen} Run it with --mend to mend what can be mended.`
  return `\n${things}; ${mended} mended.${unseen}`
}
