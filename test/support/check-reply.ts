import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { OpenApiDocument } from '../../src/http/openapi/build-document.ts'

export interface SeenReply {
  method: string
  path: string
  status: number
  headers: Headers
  body: unknown
}

/** Throws where a reply is not what the served document says of it. */
export function createReplyCheck(document: OpenApiDocument): (reply: SeenReply) => void {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'openapi', components: document.components })

  function check(reply: SeenReply, schema: object): void {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')) as object
    const validate = ajv.compile(local)
    if (!validate(reply.body))
      throw new Error(`${describe(reply)} is not as documented: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(reply.body)}`)
  }

  return (reply) => {
    if (!reply.headers.get('x-request-id')) throw new Error(`${describe(reply)} has no x-request-id`)
    if (reply.headers.get('x-content-type-options') !== 'nosniff') throw new Error(`${describe(reply)} may be sniffed`)
    const path = Object.keys(document.paths).find((template) => patternOf(template).test(reply.path.split('?')[0] ?? ''))
    const operation = path === undefined ? undefined : document.paths[path]?.[reply.method.toLowerCase()]
    if (operation === undefined) {
      if (![404, 405].includes(reply.status)) throw new Error(`${describe(reply)} is no operation of the document`)
      return check(reply, { $ref: '#/components/schemas/Error' })
    }
    const documented = operation.responses[String(reply.status)]
    if (documented === undefined)
      throw new Error(`${describe(reply)} is no documented reply of ${operation.operationId}: ${JSON.stringify(reply.body)}`)
    const json = documented.content?.['application/json']
    if (json !== undefined) check(reply, json.schema)
    else if (documented.content === undefined && reply.body !== '') throw new Error(`${describe(reply)} has a body`)
  }
}

function describe({ method, path, status }: SeenReply): string {
  return `${method} ${path.slice(0, 100)} -> ${status}`
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
