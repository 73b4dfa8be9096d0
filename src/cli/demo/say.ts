const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined
const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

let startedAt = performance.now()

/** What the demo writes: one aligned line for each thing that happens. */
export const say = {
  title(text: string): void {
    startedAt = performance.now()
    console.log(`\n${paint(1, text)}\n`)
  },
  line(text: string): void {
    console.log(text)
  },
  happened({ who, what, detail, good }: { who: string; what: string; detail: string; good: boolean | null }): void {
    const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(7)
    const tone = good === null ? 36 : good ? 32 : 31
    console.log(`${paint(2, seconds)}  ${who.padEnd(18)} ${paint(tone, what.padEnd(18))} ${detail}`)
  },
  howToLookAround({ url, apiKey, jobId, reportId }: { url: string; apiKey: string; jobId: string; reportId: string }): void {
    const key = `-H 'authorization: Bearer ${apiKey}'`
    console.log(`
${paint(1, 'Look around')}
  API reference  ${url}/docs
  all jobs       curl ${key} ${url}/v1/jobs
  one job        curl ${key} ${url}/v1/jobs/${jobId}
  as OpenAI said curl ${key} '${url}/v1/jobs/${jobId}/response?inline=true'
  the report     curl ${key} ${url}/v1/jobs/${reportId}/report
  a search       curl ${key} '${url}/v1/jobs?q=heat+pumps'
  what it cost   curl ${key} '${url}/v1/usage?group_by=model'`)
  },
}
