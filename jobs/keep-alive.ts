import type { JobHandler } from '../src/domain/job-handler.ts'
import { keepAlive } from '../src/domain/keep-alive.ts'

export const keepAliveHandler: JobHandler<'keep-alive'> = ({ turnId }, { app, signal }) => keepAlive(app, { turnId, signal })
