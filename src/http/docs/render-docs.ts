import { createHash } from 'node:crypto'
import type { OpenApiDocument } from '../openapi/build-document.ts'
import { DOCS_STYLE } from './docs-style.ts'
import { html, raw } from './html.ts'
import type { Html } from './html.ts'
import { prose } from './prose.ts'
import { operationsOf, renderOperation } from './render-operation.ts'
import { renderSchema } from './render-schema.ts'

// Made apart from the page: a formatter that moved its white space would make its hash wrong.
const STYLE_ELEMENT = raw(`<style>${DOCS_STYLE}</style>`)
const STYLE_HASH = createHash('sha256').update(DOCS_STYLE).digest('base64')

/** No script, nothing from elsewhere, and no style but the one below. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The document as a page to read. */
export function renderDocs(document: OpenApiDocument): string {
  const { info, tags, servers, components } = document
  const baseUrl = servers[0]?.url.replace(/\/$/, '') ?? ''
  const schemas = Object.entries(components.schemas)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <div class="page">
          ${renderNav(document)}
          <main>
            <h1>${info.title} API</h1>
            <p>${prose(info.description)}</p>
            <p>
              Send a key with every request: <code>Authorization: Bearer lh_…</code>. Every refusal is an <a href="#schema-Error">Error</a>,
              and every reply carries <code>x-request-id</code>. For programs, this page is <a href="/openapi.json">/openapi.json</a>.
            </p>
            ${tags.map(
              ({ name, description }) =>
                html`<h2 id="${anchor(name)}">${name}</h2>
                  <p class="soft">${description}</p>
                  ${operationsOf(document, name).map((named) => renderOperation(named, { baseUrl }))}`,
            )}
            <h2 id="schemas">Schemas</h2>
            ${schemas.map(
              ([name, schema]) =>
                html`<section class="schema" id="schema-${name}">
                  <h3>${name}</h3>
                  ${typeof schema.description === 'string' && html`<p>${prose(schema.description)}</p>`}${renderSchema(schema)}
                </section>`,
            )}
          </main>
        </div>
      </body>
    </html> `.html
}

function renderNav(document: OpenApiDocument): Html {
  return html`<nav aria-label="Contents">
    ${document.tags.map(
      ({ name }) =>
        html`<strong>${name}</strong>
          ${operationsOf(document, name).map(({ operation }) => html`<a href="#${operation.operationId}">${operation.summary}</a>`)}`,
    )}
    <strong>Schemas</strong>
    ${Object.keys(document.components.schemas).map((name) => html`<a href="#schema-${name}">${name}</a>`)}
  </nav>`
}

function anchor(tag: string): string {
  return tag.toLowerCase().replaceAll(/\W+/g, '-')
}
