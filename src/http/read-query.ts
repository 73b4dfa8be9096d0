import type { z } from 'zod'
import { invalidRequest } from './http-error.ts'

/**
 * Query text as the fields of a schema: a list is written `a,b`, a record `label.team=growth`,
 * and anything else stands once.
 */
export function readQuery(search: URLSearchParams, schema: z.ZodObject): Record<string, unknown> {
  const kinds = new Map(Object.entries(schema.shape).map(([name, field]) => [name, queryKind(field as z.core.$ZodType)]))
  const fields: Record<string, unknown> = Object.create(null)
  for (const [name, value] of search) {
    const dot = name.indexOf('.')
    const head = name.slice(0, dot)
    if (kinds.get(name) === 'list') fields[name] = [...((fields[name] as string[] | undefined) ?? []), ...value.split(',')]
    else if (dot > 0 && kinds.get(head) === 'record')
      putOnce((fields[head] ??= Object.create(null)) as Record<string, unknown>, { key: name.slice(dot + 1), name, value })
    else putOnce(fields, { key: name, name, value })
  }
  return fields
}

/** How a field is written in a query, whatever it is wrapped in. */
export function queryKind(field: z.core.$ZodType): 'list' | 'record' | 'value' {
  const { def } = field._zod
  if (def.type === 'array') return 'list'
  if (def.type === 'record') return 'record'
  return 'innerType' in def ? queryKind(def.innerType as z.core.$ZodType) : 'value'
}

function putOnce(fields: Record<string, unknown>, { key, name, value }: { key: string; name: string; value: string }): void {
  if (key === '__proto__') throw invalidRequest([{ field: name, message: 'is not a known field' }]) // zod passes over it
  if (key in fields) throw invalidRequest([{ field: name, message: 'is given more than once' }])
  fields[key] = value
}
