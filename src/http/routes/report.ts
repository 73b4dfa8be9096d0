import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { findReport } from '../../domain/find-report.ts'
import { reportMarkdown } from '../../domain/report-markdown.ts'
import { REPORT_POLICY, renderReport } from '../../report/index.ts'
import { textAnswer } from '../answer.ts'
import { notFound } from '../http-error.ts'
import { prefersHtml } from '../prefers-html.ts'
import { defineRoute } from '../route.ts'
import { jobParams } from './jobs.ts'

export const reportRoute = defineRoute({
  method: 'get',
  path: '/v1/jobs/{id}/report',
  operation: 'getJobReport',
  tag: 'Jobs',
  access: 'key',
  summary: 'Get the answer as a report for people',
  description:
    'Markdown, or a sanitised HTML page with `Accept: text/html`. Citations are numbered and lead to their sources, which are listed at the end; stored pictures and files are in place.',
  params: jobParams,
  headers: z.object({
    accept: z.string().optional().meta({ description: '`text/markdown` (the default) or `text/html`.' }),
  }),
  replies: { 200: { description: 'The report.', contentType: 'text/markdown' } },
  async handler({ app, principal, params, headers }) {
    const found = await findReport(app, { id: params.id, tenantId: principal.tenantId })
    switch (found.outcome) {
      case 'found': {
        const { report } = found
        const shared = { vary: 'accept', 'referrer-policy': 'no-referrer' }
        if (prefersHtml(headers.accept)) {
          return textAnswer(200, renderReport(report), {
            ...shared,
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': REPORT_POLICY,
            'content-disposition': 'inline',
          })
        }
        return textAnswer(200, reportMarkdown(report), {
          ...shared,
          'content-type': 'text/markdown; charset=utf-8',
          'content-security-policy': "sandbox; default-src 'none'",
          'content-disposition': `inline; filename="${report.jobId}.md"`,
        })
      }
      case 'unknown':
        throw notFound('job')
      case 'not_yet':
        throw new AppError('no_response', { status: 404, message: `The job is ${found.job.status} and has no answer yet.` })
      default:
        return found satisfies never
    }
  },
})
