import { startTurn } from '../src/domain/start-turn.ts'
import type { JobHandler } from '../src/domain/job-handler.ts'

export const submitJobHandler: JobHandler<'submit-job'> = ({ turnId }, { app, signal }) => startTurn(app, { turnId, signal })
