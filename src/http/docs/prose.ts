import { html } from './html.ts'
import type { Html } from './html.ts'

/** A sentence in which `backticks` mark code. */
export function prose(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
