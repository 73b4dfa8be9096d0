import { startSandbox } from '../../sandbox/index.ts'
import { untilStopped } from '../until-stopped.ts'

export async function sandbox({ port, host }: { port: number; host: string | undefined }): Promise<number> {
  await using running = await startSandbox({ port, ...(host !== undefined && { host }) })
  console.log(`The OpenAI sandbox listens on ${running.url}\nUse it with OPENAI_BASE_URL=${running.url} and any OPENAI_API_KEY.`)
  await untilStopped()
  return 0
}
