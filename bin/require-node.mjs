// Plain JavaScript: this must run on any Node, so that an old one gets a sentence instead of a stack.
const major = Number(process.versions.node.split('.')[0])

if (major < 24) {
  console.error(
    `Longhaul needs Node 24 or newer; this is ${process.version}. ` +
      'Run `npm ci` (without --ignore-scripts) to get the pinned Node 24, or install Node 24 and try again.',
  )
  process.exit(1)
}
