import type { Setup } from '../setups.ts'
import type { TrialReport } from './survive-kills.ts'

/** What became of it, in lines for people. */
export function tellReport(setup: Setup, { kills, moments, counts, faults }: TrialReport): string {
  const final = Object.entries(counts.final).map(([status, count]) => `${count} ${status}`)
  return [
    '',
    `${setup}: ${faults.length === 0 ? 'every promise was kept' : `${faults.length} promises were broken`}`,
    `  processes killed           ${kills}`,
    ...Object.entries(moments)
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([name, count]) => `    ${String(count).padStart(4)} ${name}`),
    `  jobs acknowledged          ${counts.jobs} (${final.join(', ')}; the others were deleted again)`,
    `  submissions repeated       ${counts.repeated}, none of which made another job unless told below`,
    `  refused with 503           ${counts.refused}, and sent again by the caller`,
    `  creates at OpenAI          ${counts.creates}`,
    `  doubled                    ${counts.doubled}`,
    `  lost                       ${counts.lost}`,
    `  told as unconfirmed        ${counts.unconfirmed}, whose create OpenAI never had, or had no webhook to tell of`,
    `  artifacts compared         ${counts.artifacts}`,
    `  webhooks acknowledged      ${counts.webhooks}, every one of them kept`,
    `  callbacks received         ${counts.callbacks}`,
    `  left by dead submissions   ${counts.leftovers} objects`,
    ...faults.slice(0, 100).map((fault) => `  BROKEN: ${fault}`),
  ].join('\n')
}
