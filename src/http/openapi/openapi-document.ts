import { allDocs } from '../routes/index.ts'
import { buildDocument } from './build-document.ts'
import type { OpenApiDocument } from './build-document.ts'

/** The document as it is served. */
export function openApiDocument({ publicUrl }: { publicUrl: string }): OpenApiDocument {
  return buildDocument(allDocs, { publicUrl })
}
