/**
 * What a migration must not do while processes of the version before it still run, and what would hold them up.
 * A statement that breaks a rule on purpose says why it may, in a comment above it: `-- safe: unused since 1.4`.
 */
export function migrationFaults(files: readonly { name: string; sql: string }[]): string[] {
  const [first, ...later] = files
  const before = new Set(first === undefined ? [] : tablesMadeIn(first.sql))
  return later.flatMap(({ name, sql }) => {
    const faults = statementsOf(sql).flatMap((statement) => {
      const fault = /--[ \t]*safe:[ \t]*\S/.test(statement) ? null : faultOf(bare(statement), before)
      return fault === null ? [] : [`${name}: ${fault}: ${bare(statement).slice(0, 120)}`]
    })
    for (const table of tablesMadeIn(sql)) before.add(table)
    return faults
  })
}

const NAME = String.raw`(?:"?\w+"?\.)?"?(\w+)"?`
const ALTER = new RegExp(`^alter table (?:only )?${NAME} (.*)$`)
const INDEX = new RegExp(`^create (unique )?index (concurrently )?(?:if not exists )?"?\\w+"? on ${NAME} `)
const TABLE = new RegExp(`^create table (?:if not exists )?${NAME} `)
const VOLATILE = /default \(?(?:gen_random_uuid|random|clock_timestamp|nextval|uuid)\w*\(/

function statementsOf(sql: string): string[] {
  return sql
    .split('--> statement-breakpoint')
    .flatMap((part) => part.split(/;[ \t]*(?:\n|$)/))
    .filter((statement) => bare(statement) !== '')
}

/** In one line and lower case, without comments and texts. */
function bare(statement: string): string {
  const spaced = statement
    .replaceAll(/--[^\n]*/g, ' ')
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/\s+/g, ' ')
  return spaced.trim().replace(/;$/, '').toLowerCase()
}

function tablesMadeIn(sql: string): string[] {
  return statementsOf(sql).flatMap((statement) => TABLE.exec(bare(statement))?.[1] ?? [])
}

function faultOf(statement: string, before: ReadonlySet<string>): string | null {
  if (TABLE.test(statement) || statement.startsWith('comment on ')) return null
  const index = INDEX.exec(statement)
  if (index !== null) return indexFault({ unique: index[1] !== undefined, late: index[2] !== undefined, old: before.has(index[3] ?? '') })
  const alter = ALTER.exec(statement)
  if (alter !== null) return before.has(alter[1] ?? '') ? alterFault(alter[2] ?? '') : null
  return 'not known to be safe beside the version before'
}

function indexFault({ unique, late, old }: { unique: boolean; late: boolean; old: boolean }): string | null {
  if (!old) return late ? 'a table that is new needs no CONCURRENTLY' : null
  if (unique) return 'the version before may write what this forbids'
  return late ? null : 'blocks every write while it is built: write CREATE INDEX CONCURRENTLY'
}

function alterFault(change: string): string | null {
  if (change.startsWith('add column ')) {
    if (/ generated always as /.test(change) || VOLATILE.test(change)) return 'rewrites the whole table'
    return / not null/.test(change) && !/ default /.test(change) ? 'the version before inserts rows without it: give it a DEFAULT' : null
  }
  if (/^alter column "?\w+"? (?:drop not null|set default )/.test(change)) return null
  if (/^alter column "?\w+"? (?:set data )?type /.test(change)) return 'rewrites the table, and the version before reads the old type'
  if (/^alter column "?\w+"? set not null/.test(change)) return 'reads the whole table under a lock, and the version before may write null'
  if (/^(?:drop|rename) /.test(change)) return 'the version before still uses it'
  if (change.startsWith('add constraint ') && change.endsWith(' not valid') && !/ (?:unique|primary key) /.test(change)) return null
  return 'not known to be safe beside the version before'
}
