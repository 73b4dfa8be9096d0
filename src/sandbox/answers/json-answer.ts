type Schema = Record<string, unknown>

/** JSON text that satisfies a simple schema, with words from the prompt where text is wanted. */
export function jsonAnswer(format: unknown, prompt: string): string | undefined {
  if (!isSchema(format)) return undefined
  if (format.type === 'json_object') return JSON.stringify({ answer: prompt })
  if (format.type !== 'json_schema' || !isSchema(format.schema)) return undefined
  const root = format.schema
  return JSON.stringify(valueFor(root, { root, words: prompt, depth: 0 }))
}

interface Making {
  root: Schema
  words: string
  depth: number
}

function valueFor(schema: Schema, making: Making): unknown {
  const deeper = { ...making, depth: making.depth + 1 }
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (typeof schema.$ref === 'string') return making.depth > 8 ? null : valueFor(resolve(schema.$ref, making.root), deeper)
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (Array.isArray(options) && isSchema(options[0])) return valueFor(options[0], deeper)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object':
      return Object.fromEntries(wantedProperties(schema, making).map(([key, each]) => [key, valueFor(each, deeper)]))
    case 'array':
      return Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () =>
        isSchema(schema.items) ? valueFor(schema.items, deeper) : making.words,
      )
    case 'integer':
    case 'number':
      return Math.max(Number(schema.minimum ?? 1), 1) <= Number(schema.maximum ?? Infinity)
        ? Math.max(Number(schema.minimum ?? 1), 1)
        : Number(schema.maximum)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return textFor(schema, making.words)
  }
}

/** Past some depth only what is required, so that recursive schemas end. */
function wantedProperties(schema: Schema, { depth }: Making): [string, Schema][] {
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  const all = Object.entries(isSchema(schema.properties) ? schema.properties : {})
  return all.filter((entry): entry is [string, Schema] => isSchema(entry[1]) && (depth < 4 || required.includes(entry[0])))
}

function textFor(schema: Schema, words: string): string {
  if (schema.format === 'date-time') return '2026-11-21T09:00:00Z'
  if (schema.format === 'date') return '2026-11-21'
  if (schema.format === 'uri') return 'https://example.org/'
  if (schema.format === 'email') return 'someone@example.org'
  const padded = words.padEnd(Number(schema.minLength ?? 0), '.')
  return padded.slice(0, Number(schema.maxLength ?? 400))
}

function resolve(reference: string, root: Schema): Schema {
  const found = reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (isSchema(at) ? at[key] : undefined), root)
  return isSchema(found) ? found : {}
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
