import { join } from 'node:path'
import { checkTogether } from './check-together.ts'
import type { Config, ConfigFault, DatabaseConfig } from './config.ts'
import type { RawConfig } from './read-env.ts'
import { SETTING_NAMES, settingOf } from './settings.ts'
import type { AnyValues, SettingName, SettingValues } from './settings.ts'

/** Both throw an Error whose message is a fault and quotes no secret. */
export interface ConfigParsers<Bucket, Secrets> {
  parseStorageUrl(text: string): Bucket
  parseSecrets(text: string): Secrets
}

export type ParsedConfig<Bucket, Secrets> =
  | { ok: true; config: Config<Bucket, Secrets>; warnings: string[] }
  | { ok: false; faults: ConfigFault[] }

/** Pure: all that is wrong is told at once, each with its mend. */
export function parseConfig<Bucket, Secrets>(raw: RawConfig, parsers: ConfigParsers<Bucket, Secrets>): ParsedConfig<Bucket, Secrets> {
  const { values, faults } = readValues(raw)
  const bucket = readElsewhere(raw, { name: 'STORAGE_URL', parse: parsers.parseStorageUrl })
  const secrets = readElsewhere(raw, { name: 'OPENAI_WEBHOOK_SECRET', parse: parsers.parseSecrets })
  const together = checkTogether(raw, values)
  const all = [...faults, ...bucket.faults, ...secrets.faults, ...together.faults]
  if (all.length > 0) return { ok: false, faults: inTableOrder(all) }
  const config = assemble(values as SettingValues, { bucket: bucket.value, secrets: secrets.value })
  return { ok: true, config, warnings: together.warnings }
}

/** Only what a command that works on the database alone needs. */
export function parseDatabaseConfig(raw: RawConfig): { ok: true; database: DatabaseConfig } | { ok: false; faults: ConfigFault[] } {
  const { values, faults } = readValues(raw)
  const ours = faults.filter(({ name }) => name === 'DATABASE_URL' || name === 'DATA_DIR')
  return ours.length > 0 ? { ok: false, faults: ours } : { ok: true, database: databaseOf(values as SettingValues) }
}

function readValues(raw: RawConfig): { values: AnyValues; faults: ConfigFault[] } {
  const faults: ConfigFault[] = []
  const values: Partial<Record<SettingName, unknown>> = {}
  for (const name of SETTING_NAMES) {
    const { schema, mend, secret, default: fallback } = settingOf(name)
    const text = raw.values[name] ?? fallback
    if (text === undefined) continue
    const result = schema.safeParse(text)
    if (result.success) values[name] = result.data
    else faults.push({ name, fault: `${result.error.issues[0]?.message}${secret ? '' : `; it is ${shown(text)}`}`, mend })
  }
  return { values: values as AnyValues, faults }
}

function readElsewhere<T>(
  raw: RawConfig,
  { name, parse }: { name: SettingName; parse: (text: string) => T },
): { value: T | null; faults: ConfigFault[] } {
  const text = raw.values[name]
  if (text === undefined) return { value: null, faults: [] }
  try {
    return { value: parse(text), faults: [] }
  } catch (error) {
    const fault = error instanceof Error ? error.message : 'cannot be read'
    return { value: null, faults: [{ name, fault, mend: settingOf(name).mend }] }
  }
}

function inTableOrder(faults: ConfigFault[]): ConfigFault[] {
  return faults.toSorted((left, right) => SETTING_NAMES.indexOf(left.name) - SETTING_NAMES.indexOf(right.name))
}

/** Quotes what was given, without what a URL may carry in secret. */
function shown(text: string): string {
  return JSON.stringify(
    text
      .replace(/\/\/[^@/]*@/, '//…@')
      .replace(/\?.*/, '?…')
      .slice(0, 80),
  )
}

function assemble<Bucket, Secrets>(
  values: SettingValues,
  { bucket, secrets }: { bucket: Bucket | null; secrets: Secrets | null },
): Config<Bucket, Secrets> {
  const webhooksExpected = values.PUBLIC_URL !== undefined && secrets !== null
  return {
    role: values.ROLE,
    dataDir: values.DATA_DIR,
    logLevel: values.LOG_LEVEL,
    database: databaseOf(values),
    queue: values.REDIS_URL === undefined ? { kind: 'database' } : { kind: 'redis', url: values.REDIS_URL },
    storage: bucket === null ? { kind: 'files', directory: join(values.DATA_DIR, 'objects') } : { kind: 's3', bucket },
    openai: { apiKey: values.OPENAI_API_KEY ?? '', baseUrl: values.OPENAI_BASE_URL, webhookSecrets: secrets },
    http: {
      host: values.HOST,
      port: values.PORT ?? (values.ROLE === 'worker' ? null : 8080),
      publicUrl: values.PUBLIC_URL ?? null,
      maxRequestBytes: values.MAX_REQUEST_MB * 1024 * 1024,
    },
    access: { firstKey: values.LONGHAUL_API_KEY ?? null, secret: values.LONGHAUL_SECRET ?? null },
    callbacks: {
      allowPrivate: values.CALLBACK_ALLOW_PRIVATE ?? [],
      ports: [...new Set([443, 8443, ...(values.CALLBACK_PORTS ?? [])])],
      scheduleSeconds: values.CALLBACK_SCHEDULE,
      attemptRetentionDays: values.ATTEMPT_RETENTION_DAYS,
    },
    polling: {
      webhooksExpected,
      firstSeconds: values.POLL_FIRST_SECONDS ?? Math.min(webhooksExpected ? 30 : 2, values.POLL_MAX_SECONDS),
      maxSeconds: values.POLL_MAX_SECONDS,
      unconfirmedSeconds: values.UNCONFIRMED_SECONDS ?? (webhooksExpected ? 21_600 : 900),
    },
    work: { claimSeconds: values.CLAIM_SECONDS, shutdownSeconds: values.SHUTDOWN_SECONDS },
    retentionDays: values.RETENTION_DAYS ?? null,
  }
}

function databaseOf(values: SettingValues): DatabaseConfig {
  if (values.DATABASE_URL !== undefined) return { kind: 'postgres', url: values.DATABASE_URL }
  return { kind: 'embedded', dataDir: values.DATA_DIR }
}
