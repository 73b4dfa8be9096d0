/** Pictures that a browser draws and never runs. */
const DRAWN = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(?:; ?charset=[\w-]{1,40})?$/
const MAX_NAME = 150

/** Headers under which bytes that a model made can do nothing in our origin, whatever they are. */
export function contentHeaders({ contentType, filename }: { contentType: string; filename: string }): Record<string, string> {
  const type = MEDIA_TYPE.test(contentType) ? contentType.toLowerCase() : 'application/octet-stream'
  return {
    'content-type': type,
    'content-disposition': `${DRAWN.has(type) ? 'inline' : 'attachment'}; ${fileName(filename)}`,
    'content-security-policy': "sandbox; default-src 'none'",
  }
}

/** RFC 6266: plain ASCII for old readers, RFC 5987 for the others. A name is never a path. */
function fileName(name: string): string {
  const base = name.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const safe =
    base
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
      .slice(0, MAX_NAME)
      .toWellFormed()
      .replace(/^\.+/, '') || 'file'
  const ascii = safe.replaceAll(/[^\x20-\x7e]|["%]/g, '_')
  const encoded = encodeURIComponent(safe).replaceAll(/['()*!]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`
}
