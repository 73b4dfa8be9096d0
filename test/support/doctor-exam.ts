import type { Exam, Finding } from '../../src/domain/doctor/exam.ts'
import { runDoctor } from '../../src/domain/doctor/run-doctor.ts'
import type { DoctorLine } from '../../src/domain/doctor/run-doctor.ts'
import type { World } from './domain-context.ts'

type Wish = Partial<Pick<Exam, 'mend' | 'deep' | 'offline' | 'parts'>>

export function examOf(w: World, wish: Wish = {}): Exam {
  const parts = {
    checkQueue: async () => undefined,
    openAiTime: async () => w.clock.now(),
    looseFiles: async () => [],
    webhooks: { address: true, secrets: true },
    serviceMayRun: true,
  }
  return { app: w.app, cases: w.cases, mend: false, deep: false, offline: false, signal: new AbortController().signal, parts, ...wish }
}

/** All that the doctor says. */
export function examine(w: World, wish: Wish = {}): Promise<DoctorLine[]> {
  return Array.fromAsync(runDoctor(examOf(w, wish)))
}

/** What it found, each with the check that found it. */
export async function findings(w: World, wish: Wish = {}): Promise<(Finding & { check: string })[]> {
  const lines = await examine(w, wish)
  const broken = lines.find(({ kind }) => kind === 'broken')
  if (broken !== undefined) throw new Error(`a check broke: ${JSON.stringify(broken)}`)
  return lines.filter((line) => line.kind === 'finding')
}
