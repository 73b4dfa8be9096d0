import type { z } from 'zod'
import type { ErrorDetail } from '../domain/errors.ts'
import { invalidRequest } from './http-error.ts'

/** The value as its schema has it; else a 400 that names every field at fault. */
export function parsePart<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: sayFault })
  if (parsed.success) return parsed.data
  throw invalidRequest(parsed.error.issues.flatMap(detailsOf))
}

function detailsOf(issue: z.core.$ZodIssue): ErrorDetail[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldName([...path, key]), message: 'is not a known field' }))
  }
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
  return [{ field: fieldName(path), message: inner ?? issue.message }]
}

function fieldName(path: string[]): string {
  const name = path.join('.')
  return name === '' ? 'body' : name
}

/** Faults as the rest of a sentence that begins with the field's name. A schema's own message goes first. */
function sayFault(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${withArticle(issue.expected)}`
    case 'invalid_value':
      return issue.values.length === 1 ? `must be ${String(issue.values[0])}` : `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return sayBound(issue.origin, { bound: `at least ${issue.minimum}` })
    case 'too_big':
      return sayBound(issue.origin, { bound: `at most ${issue.maximum}` })
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'must be an ISO 8601 time with its offset, such as 2026-11-21T09:30:00Z'
        : `must match ${issue.pattern ?? issue.format}`
    default:
      return undefined
  }
}

function sayBound(origin: string, { bound }: { bound: string }): string {
  if (origin === 'string') return `must have ${bound} characters`
  if (origin === 'array') return `must have ${bound} items`
  return `must be ${bound}`
}

function withArticle(expected: string): string {
  if (expected === 'int') return 'a whole number'
  if (expected === 'record') return 'an object'
  return /^[aeio]/.test(expected) ? `an ${expected}` : `a ${expected}`
}
