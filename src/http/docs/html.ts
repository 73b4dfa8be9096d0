/** Text that is HTML already. Only `html` and `raw` make it. */
export interface Html {
  html: string
}

type Part = Html | string | number | null | false | readonly Part[]

/** Whatever is put in is escaped, unless it is HTML itself. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: texts.reduce((page, text, index) => page + render(parts[index - 1] ?? null) + text) }
}

export function raw(text: string): Html {
  return { html: text }
}

function render(part: Part): string {
  if (part === null || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part))
  if ('html' in part) return part.html
  return part.map(render).join('')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
