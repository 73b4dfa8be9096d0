import { createHash } from 'node:crypto'

export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c2024, #e8eaed); --soft: light-dark(#5c6670, #9aa4ae); --line: light-dark(#e3e6e9, #2c3238);
  --paper: light-dark(#fff, #14171a); --raised: light-dark(#f6f7f8, #1c2024); --accent: light-dark(#0b5cad, #79b8ff); --warn: light-dark(#9a5b00, #f0b45c); }
* { box-sizing: border-box; }
body { margin: 0; font: 17px/1.65 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, h6 { margin: 2.2em 0 .5em; line-height: 1.25; text-wrap: balance; }
h1 { margin-top: 0; font-size: 1.75rem; } h2 { font-size: 1.35rem; } h3 { font-size: 1.15rem; } h4, h5, h6 { font-size: 1rem; }
header { margin-bottom: 2rem; padding-bottom: 1.25rem; border-bottom: 1px solid var(--line); }
header h1 { margin-bottom: .35em; }
p, ul, ol, blockquote, pre, .wide, figure { margin: 0 0 1.1em; }
li { margin: .25em 0; unicode-bidi: isolate; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.out { font-size: .75em; color: var(--soft); text-decoration: none; }
.ref { font-size: .75em; line-height: 0; vertical-align: super; text-decoration: none; white-space: nowrap; }
.ref .out { display: inline; font-size: .8em; }
.soft, figcaption { color: var(--soft); font-size: .85rem; }
.note { padding: .75rem 1rem; border-left: 4px solid var(--warn); border-radius: 0 6px 6px 0; background: var(--raised); }
blockquote { padding-left: 1rem; border-left: 3px solid var(--line); color: var(--soft); }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
:not(pre) > code { padding: .1em .3em; border-radius: 4px; background: var(--raised); }
pre { padding: .85rem 1rem; overflow: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); overflow-wrap: normal; }
pre.plain { white-space: pre-wrap; overflow-wrap: anywhere; }
.wide { max-height: 80vh; overflow: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; font-size: .9rem; line-height: 1.45; overflow-wrap: normal; }
th, td { min-width: 4rem; max-width: 28rem; padding: .45rem .8rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { position: sticky; top: 0; background: var(--raised); font-weight: 600; }
.right { text-align: right; } .center { text-align: center; }
img { display: block; max-width: 100%; height: auto; border-radius: 8px; }
hr { margin: 2em 0; border: 0; border-top: 1px solid var(--line); }
.sources li::marker { color: var(--soft); }
@media (max-width: 36rem) { body { font-size: 16px; } main { padding: 1.5rem 1rem 4rem; } }
@media print { main { max-width: none; } .wide { max-height: none; overflow: visible; } }
`

const STYLE_HASH = createHash('sha256').update(REPORT_STYLE).digest('base64')

/** No script, no form, no frame, nothing from elsewhere; pictures of our own, by either name, and no style but the one above. */
export function reportPolicy({ publicUrl }: { publicUrl: string }): string {
  const own = URL.canParse(publicUrl) ? ` ${new URL(publicUrl).origin}` : ''
  return `default-src 'none'; img-src 'self'${own}; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}
