export const LONGEST_COMPLAINT = 64 * 1024

/** Fetch, with the body of a failure read at once and no further than an error message goes: the SDK would read it all. */
export async function fetchBounded(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  if (response.ok || response.body === null) return response
  return new Response(await readStart(response.body), response)
}

/** The status is known, so a body that stops or breaks off costs only the words. */
async function readStart(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (bytes >= LONGEST_COMPLAINT) break
    }
  } catch {}
  return Buffer.concat(chunks).subarray(0, LONGEST_COMPLAINT)
}
