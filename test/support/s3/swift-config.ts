import { userInfo } from 'node:os'

export const swiftServers = ['account', 'container', 'object', 'proxy'] as const
export type SwiftPorts = Record<(typeof swiftServers)[number], number>

interface SwiftOptions {
  folder: string
  ports: SwiftPorts
  region: string
  user: string
  secret: string
}

const filters = ['catch_errors', 'gatekeeper', 'healthcheck', 'listing_formats', 'bulk', 's3api', 'tempauth', 'copy', 'slo', 'dlo']

/** Every configuration file of a whole Swift, by name. */
export function swiftConfig(options: SwiftOptions): Record<string, string> {
  return {
    'swift.conf': ini({
      'swift-hash': { swift_hash_path_suffix: 'longhaul' },
      'storage-policy:0': { name: 'only', default: 'yes' },
      'swift-constraints': { max_meta_value_length: 2048 },
    }),
    ...Object.fromEntries(swiftServers.map((name) => [`${name}.conf`, ini(name === 'proxy' ? proxy(options) : storage(name, options))])),
  }
}

type Sections = Record<string, Record<string, string | number | boolean>>

function ini(sections: Sections): string {
  return Object.entries(sections)
    .map(([title, values]) => [`[${title}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join('\n'))
    .join('\n')
}

function shared({ folder, ports }: SwiftOptions, name: keyof SwiftPorts): Sections {
  return {
    DEFAULT: {
      bind_ip: '127.0.0.1',
      bind_port: ports[name],
      workers: 0,
      swift_dir: folder,
      devices: `${folder}/devices`,
      recon_cache_path: `${folder}/cache`,
      mount_check: false,
      disable_fallocate: true,
      fallocate_reserve: 0,
      db_preallocation: false,
      user: userInfo().username,
      log_level: 'WARNING',
    },
  }
}

function storage(name: keyof SwiftPorts, options: SwiftOptions): Sections {
  return {
    ...shared(options, name),
    'pipeline:main': { pipeline: `${name}-server` },
    [`app:${name}-server`]: { use: `egg:swift#${name}` },
  }
}

function proxy(options: SwiftOptions): Sections {
  const settings: Sections = {
    s3api: { location: options.region, min_segment_size: 5 * 1024 * 1024, max_upload_part_num: 10_000, s3_acl: false },
    tempauth: { [`user_${options.user.replace(':', '_')}`]: `${options.secret} .admin` },
  }
  return {
    ...shared(options, 'proxy'),
    'pipeline:main': { pipeline: [...filters, 'proxy-server'].join(' ') },
    'app:proxy-server': {
      use: 'egg:swift#proxy',
      account_autocreate: true,
      allow_account_management: true,
      // Otherwise a few refusals while the others still start keep the proxy from asking them again for a minute.
      error_suppression_limit: 1_000_000,
      error_suppression_interval: 1,
    },
    ...Object.fromEntries(filters.map((name) => [`filter:${name}`, { use: `egg:swift#${name}`, ...settings[name] }])),
  }
}
