import { purgeJob } from '../src/domain/delete-job.ts'
import type { JobHandler } from '../src/domain/job-handler.ts'

export const purgeJobHandler: JobHandler<'purge-job'> = ({ jobId }, { app, signal }) => purgeJob(app, { jobId, signal })
