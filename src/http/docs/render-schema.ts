import type { JsonSchema } from '../openapi/components.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { prose } from './prose.ts'

/** A schema as a table of its fields; one without fields as a line. */
export function renderSchema(schema: JsonSchema): Html {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)
  if (properties.length === 0) return html`<p>${typeOf(schema)}</p>`
  const required = (schema.required ?? []) as string[]
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${properties.map(([name, field]) => renderField({ name, field, required: required.includes(name) }))}
      </tbody>
    </table>
  </div>`
}

export function renderField({ name, field, required }: { name: string; field: JsonSchema; required: boolean }): Html {
  return html`<tr>
    <td><code>${name}</code>${required ? '' : html` <span class="soft">optional</span>`}</td>
    <td>${typeOf(field)}</td>
    <td>${meaningOf(field)}</td>
  </tr>`
}

/** What a value is, in one phrase; named schemas are linked. */
export function typeOf(schema: JsonSchema): Html {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return html`<a href="#schema-${name}">${name}</a>`
  }
  const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined
  if (choices !== undefined) return html`${choices.map((choice, index) => html`${index > 0 ? ' or ' : ''}${typeOf(choice)}`)}`
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (Array.isArray(schema.enum))
    return html`${schema.enum.map((value, index) => html`${index > 0 ? ' · ' : ''}<code>${String(value)}</code>`)}`
  if (schema.type === 'array') return html`list of ${typeOf((schema.items ?? {}) as JsonSchema)}`
  if (schema.type === 'object' && schema.properties !== undefined) return html`object ${inner(schema)}`
  if (schema.type === undefined) return html`any value`
  const types = [schema.type as string | string[]]
    .flat()
    .map((type) => (type === 'string' && schema.format === 'date-time' ? 'time' : type))
  return html`${types.join(' or ')}`
}

function inner(schema: JsonSchema): Html {
  const names = Object.keys(schema.properties as Record<string, JsonSchema>)
  return html`{ ${names.map((name, index) => html`${index > 0 ? ', ' : ''}<code>${name}</code>`)} }`
}

function meaningOf(schema: JsonSchema): Html {
  const description = typeof schema.description === 'string' ? prose(schema.description) : ''
  const bounds = boundsOf(schema)
  return html`${description}${bounds.length > 0 && html` <span class="soft">${bounds.join(', ')}</span>`}`
}

const BOUNDS: [keyof JsonSchema, (bound: string) => string][] = [
  ['minimum', (bound) => `from ${bound}`],
  ['maximum', (bound) => `to ${bound}`],
  ['maxLength', (bound) => `at most ${bound} characters`],
  ['default', (bound) => `default ${bound}`],
]

/** Of a value that may be null: those of the value. */
function boundsOf(schema: JsonSchema): string[] {
  const value = { ...(schema.anyOf as JsonSchema[] | undefined)?.[0], ...schema }
  return BOUNDS.flatMap(([name, say]) => (value[name] === undefined ? [] : [say(JSON.stringify(value[name]))]))
}
