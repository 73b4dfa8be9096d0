import type { ConfigFault } from './config.ts'

/** The text a refused start ends with. */
export function describeFaults(faults: ConfigFault[]): string {
  const lines = faults.map(({ name, fault, mend }) => `  ${name} ${fault}.\n    ${mend}`)
  return [`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`, ...lines].join('\n')
}
