import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { findReport } from '../../domain/find-report.ts'
import { reportMarkdown } from '../../domain/report-markdown.ts'
import { renderReport, reportPolicy } from '../../report/index.ts'
import { textAnswer } from '../answer.ts'
import { notFound } from '../http-error.ts'
import { prefersHtml } from '../prefers-html.ts'
import { defineRoute } from '../route.ts'
import { jobParams } from './jobs.ts'

/** A browser sends no key for a picture. */
const LINK_SECONDS = 3_600

export const reportRoute = defineRoute({
  method: 'get',
  path: '/v1/jobs/{id}/report',
  operation: 'getJobReport',
  tag: 'Jobs',
  access: 'key',
  summary: 'Get the answer as a report for people',
  description:
    'Markdown, or a sanitised HTML page with `Accept: text/html`. Citations are numbered and lead to their sources, which are listed at the end; stored pictures and files are in place: in the page by signed links that open for an hour.',
  params: jobParams,
  headers: z.object({
    accept: z.string().optional().meta({ description: '`text/markdown` (the default) or `text/html`.' }),
  }),
  replies: { 200: { description: 'The report.', contentTypes: ['text/markdown', 'text/html'] } },
  async handler({ app, principal, params, headers }) {
    const isPage = prefersHtml(headers.accept)
    const found = await findReport(app, { id: params.id, tenantId: principal.tenantId, linkSeconds: isPage ? LINK_SECONDS : null })
    switch (found.outcome) {
      case 'found': {
        const { report } = found
        const shared = { vary: 'accept', 'referrer-policy': 'no-referrer' }
        if (isPage) {
          return textAnswer(200, renderReport(report), {
            ...shared,
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': reportPolicy({ publicUrl: app.publicUrl }),
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
