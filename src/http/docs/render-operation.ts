import type { OpenApiDocument, Operation, Parameter } from '../openapi/build-document.ts'
import { curlExample } from './curl-example.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { prose } from './prose.ts'
import { renderField, typeOf } from './render-schema.ts'

export interface NamedOperation {
  path: string
  method: string
  operation: Operation
}

export function operationsOf(document: OpenApiDocument, tag: string): NamedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => (operation.tags.includes(tag) ? [{ path, method, operation }] : [])),
  )
}

export function renderOperation({ path, method, operation }: NamedOperation, { baseUrl }: { baseUrl: string }): Html {
  const body = operation.requestBody?.content['application/json']?.schema
  return html`<section class="operation" id="${operation.operationId}">
    <h3>${operation.summary}</h3>
    <p class="route">
      <span class="method ${method}">${method}</span> <code>${path}</code>
      <span class="soft">${operation.security.length > 0 ? 'needs a key' : 'open to all'}</span>
      <a class="soft" href="#${operation.operationId}" aria-label="Link to ${operation.summary}">#</a>
    </p>
    ${operation.description !== undefined && html`<p>${prose(operation.description)}</p>`}
    ${(operation.parameters ?? []).length > 0 && renderParameters(operation.parameters ?? [])}
    ${
      body !== undefined &&
      html`<h4>Body</h4>
        <p>${typeOf(body)}</p>`
    }
    <h4>Example</h4>
    <pre tabindex="0"><code>${curlExample({ path, method, operation, baseUrl })}</code></pre>
    <h4>Replies</h4>
    ${renderReplies(operation.responses)}
  </section>`
}

function renderParameters(parameters: Parameter[]): Html {
  const rows = parameters.map(({ name, required, description, schema, in: place, explode }) => {
    const shown = place === 'query' && explode === true ? `${name}.…` : name
    return renderField({ name: shown, field: { ...schema, description: `${description ?? ''} (${place})` }, required })
  })
  return html`<h4>Parameters</h4>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`
}

function renderReplies(responses: Operation['responses']): Html {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const media = Object.entries(content ?? {}).map(([type, { schema }], at) => [
      at > 0 && ' or ',
      type === 'application/json' ? typeOf(schema) : html`<code>${type}</code>`,
    ])
    const body = media.length === 0 ? 'no body' : media
    return html`<tr>
      <td><code>${status}</code></td>
      <td>${prose(description)}</td>
      <td>${body}</td>
    </tr>`
  })
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">When</th>
          <th scope="col">Body</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}
