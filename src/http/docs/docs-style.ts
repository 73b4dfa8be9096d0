export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c2024, #e8eaed); --soft: light-dark(#5c6670, #9aa4ae); --line: light-dark(#e3e6e9, #2c3238);
  --paper: light-dark(#fff, #14171a); --raised: light-dark(#f6f7f8, #1c2024); --accent: light-dark(#0b5cad, #79b8ff); --code: light-dark(#f3f4f6, #1f2429);
  --get: light-dark(#0b5cad, #79b8ff); --post: light-dark(#1a7f37, #6bd08a); --delete: light-dark(#b42318, #ff8f85); }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
.page { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 76rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .875rem; }
nav strong { display: block; margin: 1.1rem 0 .3rem; color: var(--soft); font-size: .75rem; letter-spacing: .04em; text-transform: uppercase; }
nav a { display: block; padding: .15rem 0; break-inside: avoid; color: inherit; text-decoration: none; }
nav a:hover { color: var(--accent); text-decoration: underline; }
main { padding: 1.5rem 2.5rem 6rem; }
h1 { margin: 0 0 .5rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 3.5rem 0 .25rem; font-size: 1.4rem; }
h3 { margin: 0; font-size: 1.1rem; }
h4 { margin: 1.25rem 0 .4rem; color: var(--soft); font-size: .8rem; letter-spacing: .04em; text-transform: uppercase; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
:not(pre) > code { padding: .1em .3em; border-radius: 4px; background: var(--code); overflow-wrap: anywhere; }
pre { margin: .4rem 0; padding: .85rem 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
.operation, .schema { margin-top: 1.75rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.route { display: flex; flex-wrap: wrap; gap: .6rem; align-items: baseline; margin: .3rem 0 .6rem; }
.method { font: 700 .8rem ui-monospace, Menlo, monospace; text-transform: uppercase; }
.get { color: var(--get); } .post { color: var(--post); } .delete { color: var(--delete); }
.soft { color: var(--soft); font-size: .875rem; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .8rem; }
td:first-child { white-space: nowrap; }
@media (max-width: 52rem) {
  .page { display: block; } nav { position: static; max-height: none; border-right: 0; border-bottom: 1px solid var(--line); columns: 2; }
  main { padding: 1.25rem 1rem 4rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print { nav { display: none; } .page { display: block; } }
`
