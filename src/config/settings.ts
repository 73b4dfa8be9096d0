import { z } from 'zod'
import type { Format } from './formats.ts'
import { baseUrl, durations, networks, oneOf, ports, secretBytes, url, wholeNumber } from './formats.ts'

export const ROLES = ['all', 'api', 'worker'] as const
export type Role = (typeof ROLES)[number]

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The subsystems, in the order the documentation tells of them. */
export const GROUPS = {
  openai: 'OpenAI',
  http: 'HTTP',
  access: 'Access and secrets',
  process: 'Process',
  database: 'Database',
  queue: 'Queue',
  storage: 'Object storage',
  callbacks: 'Callbacks',
  polling: 'Following responses',
} as const
export type GroupName = keyof typeof GROUPS

interface Setting {
  group: GroupName
  doc: string
  /** One sentence that says how to set it right. */
  mend: string
  /** Checks the text; two settings of other rooms are checked there, by parsers handed to `parseConfig`. */
  schema: Format<unknown>
  /** As it would be written in the environment. */
  default?: string
  /** What happens where there is no default. */
  unset?: string
  secret?: true
}

/** Every setting there is. `.env.example` and docs/configuration.md are made from this table. */
export const SETTINGS = {
  OPENAI_API_KEY: {
    group: 'openai',
    doc: 'The key that responses are made with.',
    mend: 'Set it to a key from your OpenAI project settings.',
    schema: z.string(),
    unset: 'the start stops',
    secret: true,
  },
  OPENAI_BASE_URL: {
    group: 'openai',
    doc: 'Where OpenAI is.',
    mend: 'Leave it unset for OpenAI itself, or give it like `https://gateway.example.com/v1`.',
    schema: baseUrl(),
    default: 'https://api.openai.com/v1',
  },
  OPENAI_WEBHOOK_SECRET: {
    group: 'openai',
    doc: 'The signing secret of the webhook endpoint at OpenAI; several, separated by commas or spaces, while one is rotated.',
    mend: 'Copy it from the webhook page of your OpenAI project; it begins with `whsec_`.',
    schema: z.string(),
    unset: 'webhooks cannot be verified, and results come by polling',
    secret: true,
  },
  HOST: {
    group: 'http',
    doc: 'The address to listen on.',
    mend: 'Give a host name or address without scheme and port, such as `127.0.0.1` or `0.0.0.0`.',
    schema: z.string().regex(/^(?:[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+)$/, 'must be a host name or an address alone'),
    default: '127.0.0.1',
  },
  PORT: {
    group: 'http',
    doc: 'The port to listen on; 0 takes a free one. A worker listens, for health and metrics alone, only where this is set.',
    mend: 'Give a port such as `8080`.',
    schema: wholeNumber({ min: 0, max: 65_535 }),
    unset: '8080; for a worker none',
  },
  PUBLIC_URL: {
    group: 'http',
    doc: 'The address this service is reached at from outside. OpenAI sends webhooks to `{PUBLIC_URL}/webhooks/openai`.',
    mend: 'Give it like `https://longhaul.example.com`; plain http is allowed on loopback alone.',
    schema: baseUrl(),
    unset: 'no webhooks reach us, and results come by polling',
  },
  MAX_REQUEST_MB: {
    group: 'http',
    doc: 'The largest body of `POST /v1/jobs`, in megabytes.',
    mend: 'Give a whole number of megabytes such as `32`.',
    schema: wholeNumber({ min: 1, max: 512 }),
    default: '32',
  },
  LONGHAUL_API_KEY: {
    group: 'access',
    doc: 'A first key with all rights. Only its hash is kept.',
    mend: 'Make one with `echo "lh_$(openssl rand -hex 24)"`, or leave it unset.',
    schema: z.string().regex(/^lh_[A-Za-z0-9_-]{32,}$/, 'must be `lh_` and at least 32 of A-Z, a-z, 0-9, _ and -'),
    unset: 'one is made at the first start and shown once',
    secret: true,
  },
  LONGHAUL_SECRET: {
    group: 'access',
    doc: 'Encrypts what must not lie readable in the database, and signs links: base64 of 32 bytes. Keep a copy: without it the sealed values are lost.',
    mend: 'Make one with `openssl rand -base64 32` and give every process the same.',
    schema: secretBytes(),
    unset: 'made at the first start and kept in `DATA_DIR/secret`; required where `DATABASE_URL` is set',
    secret: true,
  },
  ROLE: {
    group: 'process',
    doc: 'What this process does: `api` answers HTTP, `worker` does the work, `all` does both.',
    mend: 'Give one of `all`, `api`, `worker`.',
    schema: oneOf(ROLES),
    default: 'all',
  },
  DATA_DIR: {
    group: 'process',
    doc: 'Where the embedded database, stored files and the made secret live.',
    mend: 'Give a folder that this process may write to.',
    schema: z.string(),
    default: './data',
  },
  LOG_LEVEL: {
    group: 'process',
    doc: 'The least serious line that is logged.',
    mend: 'Give one of `debug`, `info`, `warn`, `error`, `silent`.',
    schema: oneOf(LOG_LEVELS),
    default: 'info',
  },
  SHUTDOWN_SECONDS: {
    group: 'process',
    doc: 'How long running work may go on after SIGTERM before the process ends by force.',
    mend: 'Give whole seconds, a little fewer than your platform waits before it kills.',
    schema: wholeNumber({ min: 0, max: 3_600 }),
    default: '25',
  },
  CLAIM_SECONDS: {
    group: 'process',
    doc: 'How long a step that died keeps its place before another worker may take it.',
    mend: 'Give whole seconds such as `30`.',
    schema: wholeNumber({ min: 1, max: 3_600 }),
    default: '30',
  },
  DATABASE_URL: {
    group: 'database',
    doc: 'PostgreSQL 14 or newer. Needs `LONGHAUL_SECRET` beside it.',
    mend: 'Give it like `postgres://user:password@host:5432/longhaul`.',
    schema: url('postgres', 'postgresql'),
    unset: 'PGlite, embedded, in `DATA_DIR/db`',
    secret: true,
  },
  RETENTION_DAYS: {
    group: 'database',
    doc: 'After how many days a finished job is deleted, where the job does not say so itself.',
    mend: 'Give whole days such as `90`, or leave it unset.',
    schema: wholeNumber({ min: 1, max: 36_500 }),
    unset: 'kept for ever',
  },
  REDIS_URL: {
    group: 'queue',
    doc: 'Redis 6.2 or newer, or Valkey, for the queue.',
    mend: 'Give it like `redis://:password@host:6379/0`, or `rediss://` for TLS.',
    schema: url('redis', 'rediss'),
    unset: 'the queue lives in the database',
    secret: true,
  },
  STORAGE_URL: {
    group: 'storage',
    doc: 'An S3 bucket. Takes `region`, `endpoint`, `path_style`, `checksums`, `access_key_id`, `secret_access_key`; without keys the AWS chain is asked.',
    mend: 'Give it like `s3://bucket/prefix?region=eu-central-1&endpoint=https://s3.example.com`.',
    schema: z.string(),
    unset: 'files in `DATA_DIR/objects`',
    secret: true,
  },
  CALLBACK_ALLOW_PRIVATE: {
    group: 'callbacks',
    doc: 'Private networks that callbacks may reach, on any port and by plain http too.',
    mend: 'Give CIDR blocks such as `10.20.0.0/16,fd00::/8`.',
    schema: networks(),
    unset: 'none',
  },
  CALLBACK_PORTS: {
    group: 'callbacks',
    doc: 'Ports that callbacks may reach beside 443 and 8443.',
    mend: 'Give ports such as `4443,9443`.',
    schema: ports(),
    unset: 'none',
  },
  CALLBACK_SCHEDULE: {
    group: 'callbacks',
    doc: 'How long to wait before each attempt at a callback; after the last the delivery is dead.',
    mend: 'Give durations such as `0s,5s,5m,30m,2h`.',
    schema: durations(),
    default: '0s,5s,5m,30m,2h,5h,10h,14h,20h,24h',
  },
  ATTEMPT_RETENTION_DAYS: {
    group: 'callbacks',
    doc: 'For how many days the attempts at callbacks are kept.',
    mend: 'Give whole days such as `30`.',
    schema: wholeNumber({ min: 1, max: 36_500 }),
    default: '30',
  },
  POLL_FIRST_SECONDS: {
    group: 'polling',
    doc: 'How long after the create OpenAI is first asked; the wait then widens by half each time.',
    mend: 'Give whole seconds from 1 to 599.',
    schema: wholeNumber({ min: 1, max: 599 }),
    unset: '2; 30 where webhooks arrive',
  },
  POLL_MAX_SECONDS: {
    group: 'polling',
    doc: 'The widest wait between two looks at a running response. OpenAI may delete after ten minutes, so it stays below.',
    mend: 'Give whole seconds from 1 to 599, not fewer than POLL_FIRST_SECONDS.',
    schema: wholeNumber({ min: 1, max: 599 }),
    default: '300',
  },
  UNCONFIRMED_SECONDS: {
    group: 'polling',
    doc: 'How long a create of which it is not known whether OpenAI took it waits to be confirmed by a webhook.',
    mend: 'Give whole seconds such as `900`.',
    schema: wholeNumber({ min: 1, max: 2_592_000 }),
    unset: '900; 21600 where webhooks arrive',
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

type Schemas = typeof SETTINGS
type Parsed = { [N in SettingName]: z.output<Schemas[N]['schema']> }
type HasDefault = { [N in SettingName]: Schemas[N] extends { default: string } ? N : never }[SettingName]

/** What the settings say while some may still be at fault. */
export type AnyValues = Partial<Parsed>
/** What they say without faults: only those without a default may be missing. */
export type SettingValues = Pick<Parsed, HasDefault> & AnyValues

/** The table with the optional fields readable on each entry. */
export function settingOf(name: SettingName): Setting {
  return SETTINGS[name]
}
