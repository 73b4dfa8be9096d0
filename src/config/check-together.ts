import type { ConfigFault } from './config.ts'
import { isLoopback } from './formats.ts'
import type { RawConfig } from './read-env.ts'
import { settingOf } from './settings.ts'
import type { AnyValues, SettingName } from './settings.ts'

/** What no setting can be blamed for alone: half-set groups, and pairs that do not fit. */
export function checkTogether(raw: RawConfig, values: AnyValues): { faults: ConfigFault[]; warnings: string[] } {
  const faults: ConfigFault[] = []
  const warnings: string[] = []
  const given = (name: SettingName): boolean => raw.values[name] !== undefined
  const refuse = (name: SettingName, fault: string, mend = settingOf(name).mend): void => void faults.push({ name, fault, mend })

  if (!given('OPENAI_API_KEY')) refuse('OPENAI_API_KEY', 'is missing')
  if (given('DATABASE_URL') && !given('LONGHAUL_SECRET')) {
    refuse('LONGHAUL_SECRET', 'is required where DATABASE_URL is set, because every process must have the same')
  }
  if (values.ROLE !== undefined && values.ROLE !== 'all') {
    if (!given('DATABASE_URL')) {
      refuse(
        'ROLE',
        `cannot be ${values.ROLE} on the embedded database, which serves one process`,
        'Set DATABASE_URL, or leave ROLE unset.',
      )
    }
    if (!given('STORAGE_URL')) {
      warnings.push(`ROLE is ${values.ROLE} and STORAGE_URL is unset: all processes must share the folder DATA_DIR/objects.`)
    }
  }
  if (values.PUBLIC_URL !== undefined && isPlainHttpOutside(values.PUBLIC_URL)) {
    refuse('PUBLIC_URL', 'may be plain http on loopback alone')
  }
  if (values.OPENAI_BASE_URL !== undefined && isPlainHttpOutside(values.OPENAI_BASE_URL)) {
    warnings.push('OPENAI_BASE_URL is plain http: the API key crosses the network readable.')
  }
  if (given('PUBLIC_URL') && !given('OPENAI_WEBHOOK_SECRET')) {
    warnings.push('PUBLIC_URL is set and OPENAI_WEBHOOK_SECRET is not: webhooks cannot be verified, results come by polling.')
  }
  if (given('OPENAI_WEBHOOK_SECRET') && !given('PUBLIC_URL')) {
    warnings.push('OPENAI_WEBHOOK_SECRET is set and PUBLIC_URL is not: no webhooks are counted on, results come by polling.')
  }
  if ((values.POLL_FIRST_SECONDS ?? 0) > (values.POLL_MAX_SECONDS ?? Infinity)) {
    refuse('POLL_FIRST_SECONDS', `is more than POLL_MAX_SECONDS (${values.POLL_MAX_SECONDS})`, 'Lower it, or raise POLL_MAX_SECONDS.')
  }
  for (const { name, nearest } of raw.strangers) {
    warnings.push(`${name} is not a setting${nearest === null ? '' : `: is ${nearest} meant?`}`)
  }
  return { faults, warnings }
}

function isPlainHttpOutside(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'http:' && !isLoopback(hostname)
}
