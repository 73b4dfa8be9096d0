import { cancelJob } from '../src/domain/cancel-job.ts'
import type { JobHandler } from '../src/domain/job-handler.ts'

export const cancelJobHandler: JobHandler<'cancel-job'> = ({ jobId }, { app, signal }) => cancelJob(app, { jobId, signal })
