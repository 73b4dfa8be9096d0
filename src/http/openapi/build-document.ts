import type { z } from 'zod'
import { errorSchema } from '../present/error.ts'
import { queryKind } from '../read-query.ts'
import type { Access, ReplyDoc, RouteDoc } from '../route.ts'
import { mayBeLeftOut, TAGS } from '../route.ts'
import { componentSchemas, schemaOf, schemaRef } from './components.ts'
import type { JsonSchema } from './components.ts'

export const API_VERSION = '1.0.0'

export interface OpenApiDocument {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema>; securitySchemes: JsonSchema }
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
  style?: 'form'
  explode?: boolean
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  security: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; example?: unknown }> }
  responses: Record<string, { description: string; headers?: JsonSchema; content?: Record<string, { schema: JsonSchema }> }>
}

const REQUEST_ID = { 'x-request-id': { description: 'Names this request in the log.', schema: { type: 'string' } } }

/** The routes as OpenAPI 3.1, from the schemas that they themselves use. */
export function buildDocument(docs: readonly RouteDoc[], { publicUrl }: { publicUrl: string }): OpenApiDocument {
  const byPath = Map.groupBy(docs, ({ path }) => path)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Longhaul',
      version: API_VERSION,
      description:
        'The self-hosted home for OpenAI’s long-running responses: submit a job, and everything it gives is stored, and announced by a signed webhook.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl === '' ? '/' : publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries([...byPath].map(([path, its]) => [path, Object.fromEntries(its.map((doc) => [doc.method, operation(doc)]))])),
    components: {
      schemas: componentSchemas(),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A Longhaul key, `lh_…`.' } },
    },
  }
}

function operation(doc: RouteDoc): Operation {
  const parameters = [...parametersOf(doc.params, 'path'), ...parametersOf(doc.query, 'query'), ...parametersOf(doc.headers, 'header')]
  const replies = Object.entries(doc.replies).map(([status, reply]) => [status, replyOf(reply)])
  const faults = Object.entries({ ...impliedFaults(doc), ...doc.faults }).flatMap(([status, description]) =>
    description === undefined || status in doc.replies ? [] : [[status, replyOf({ description, schema: errorSchema })]],
  )
  return {
    operationId: doc.operation,
    tags: [doc.tag],
    summary: doc.summary,
    ...(doc.description !== undefined && { description: doc.description }),
    security: doc.access === 'public' ? [] : [{ key: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(doc.body !== null && { requestBody: requestBody(doc.body, doc.exampleBody) }),
    responses: Object.fromEntries([...replies, ...faults]),
  }
}

/** What the parts of a route make possible without its own doing. */
function impliedFaults({ params, query, headers, body, access }: RouteDoc): Partial<Record<number, string>> {
  const checked = [query, headers].some(({ shape }) => Object.keys(shape).length > 0) || body !== null || access !== 'public'
  return {
    ...(checked && { 400: 'A field is not valid, or not known: `details` names it.' }),
    ...accessFaults(access),
    ...(Object.keys(params.shape).length > 0 && { 404: 'There is no such thing here.' }),
    ...(body !== null && { 413: 'The body is too large.', 415: 'The body is not JSON in UTF-8, or is compressed.' }),
    500: 'A fault of Longhaul itself; the log has it under the `x-request-id`.',
    ...(access !== 'public' && { 503: 'The database or the object store cannot be reached just now.' }),
  }
}

function accessFaults(access: Access): Partial<Record<number, string>> {
  if (access === 'public') return {}
  return { 401: 'No key was sent, or one that is not known.', ...(access === 'admin' && { 403: 'The key has no admin rights.' }) }
}

function replyOf({ description, schema, contentTypes, headers = {} }: ReplyDoc): Operation['responses'][string] {
  const described = Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }])
  const types = contentTypes ?? (schema === undefined ? [] : ['application/json'])
  const media = { schema: schema === undefined ? {} : schemaRef(schema, 'output') }
  return {
    description,
    headers: { ...REQUEST_ID, ...Object.fromEntries(described) },
    ...(types.length > 0 && { content: Object.fromEntries(types.map((type) => [type, media])) }),
  }
}

function requestBody(schema: z.ZodType, example: unknown): NonNullable<Operation['requestBody']> {
  return {
    required: !mayBeLeftOut(schema),
    content: { 'application/json': { schema: schemaRef(schema, 'input'), ...(example !== undefined && { example }) } },
  }
}

function parametersOf(fields: z.ZodObject, place: Parameter['in']): Parameter[] {
  const { properties = {}, required = [] } = schemaOf(fields, 'input') as { properties?: Record<string, JsonSchema>; required?: string[] }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(typeof description === 'string' && { description }),
    ...queryStyle(fields.shape[name] as z.core.$ZodType, { name, schema, place }),
  }))
}

/** Lists are written `a,b`; records `label.team=growth`, which an exploded form with dotted names is. */
function queryStyle(
  field: z.core.$ZodType,
  { name, schema, place }: { name: string; schema: JsonSchema; place: Parameter['in'] },
): Pick<Parameter, 'schema' | 'style' | 'explode'> {
  if (place !== 'query') return { schema }
  switch (queryKind(field)) {
    case 'list':
      return { schema, style: 'form', explode: false }
    case 'record': {
      const { pattern } = (schema.propertyNames ?? {}) as { pattern?: string }
      const propertyNames = { pattern: `^${name}\\.${(pattern ?? '').replace(/^\^/, '')}` }
      return { schema: { ...schema, propertyNames }, style: 'form', explode: true }
    }
    default:
      return { schema }
  }
}
