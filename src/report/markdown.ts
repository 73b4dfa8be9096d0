import createMarkdownIt from 'markdown-it'
import type { MarkdownIt, Token } from 'markdown-it'
import { closeLink, drawImage, noteLinks, openLink } from './links.ts'
import { isSafeLink } from './safe-link.ts'

/** Rendering is linear, 1 to 2 s for a million of the worst characters: within these bounds it holds nobody up for long. */
const MAX_CHARACTERS = 300_000
const MAX_TOKENS = 150_000
const MAX_NESTING = 50

/** Per report: what one rendering may spend is what all of them leave. */
export interface MarkdownRenderer {
  /** Null: it is beyond the bounds, and is to be shown as it is. */
  render(text: string): string | null
}

export function createMarkdown({ hrefs }: { hrefs: ReadonlySet<string> }): MarkdownRenderer {
  const markdown = createParser(hrefs)
  let left = MAX_CHARACTERS
  return {
    render(text) {
      if (text.length > left) return null
      left -= text.length
      const env = {}
      const tokens = markdown.parse(text, env)
      const size = tokens.reduce((sum, { children }) => sum + 1 + (children?.length ?? 0), 0)
      if (size > MAX_TOKENS || tokens.some(({ level }) => level >= MAX_NESTING - 1)) return null
      return markdown.renderer.render(tokens, markdown.options, env)
    },
  }
}

function createParser(hrefs: ReadonlySet<string>): MarkdownIt {
  const markdown = createMarkdownIt({ html: false, linkify: true, maxNesting: MAX_NESTING })
  markdown.validateLink = (url) => isSafeLink(url, { hrefs })
  const { rules } = markdown.renderer
  rules.link_open = (tokens, index) => openLink(tokens, { index, hrefs })
  rules.link_close = (tokens, index) => closeLink(tokens, { index, hrefs })
  rules.image = (tokens, index) => drawImage(tokens, { index, hrefs })
  rules.table_open = () => '<div class="wide" tabindex="0"><table>\n'
  rules.table_close = () => '</table></div>\n'
  markdown.core.ruler.push('fit_into_page', ({ tokens }) => {
    for (const token of tokens) fitIntoPage(token)
  })
  return markdown
}

/** The page has its own h1, and its policy lets no style attribute through. */
function fitIntoPage(token: Token): void {
  if (token.type.startsWith('heading_')) token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 1)}`
  if (token.type === 'th_open' || token.type === 'td_open') {
    const align = /^text-align:(right|center)$/.exec(String(token.attrGet('style') ?? ''))?.[1]
    token.attrs = align === undefined ? null : [['class', align]]
  }
  noteLinks(token.children ?? [])
}
