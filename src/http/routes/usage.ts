import { z } from 'zod'
import type { ErrorDetail } from '../../domain/errors.ts'
import { findUsage, MOST_DAYS, periodDays, usagePeriod } from '../../domain/find-usage.ts'
import { USAGE_GROUPS } from '../../domain/store.ts'
import { jsonAnswer } from '../answer.ts'
import { instant, labelsField } from '../fields.ts'
import { invalidRequest } from '../http-error.ts'
import { presentUsage, usageSchema } from '../present/usage.ts'
import { defineRoute } from '../route.ts'

const query = z.strictObject({
  group_by: z.enum(USAGE_GROUPS).default('day').meta({ description: 'What to sum up by.' }),
  label: labelsField().keyType.optional().meta({ description: 'The key of the label; needed with `group_by=label`, and only there.' }),
  from: instant().optional().meta({ description: 'Only turns that ended at this time or later; thirty days before `to` unless given.' }),
  to: instant().optional().meta({ description: 'Only turns that ended before this time; the end of today (UTC) unless given.' }),
})

export const getUsageRoute = defineRoute({
  method: 'get',
  path: '/v1/usage',
  operation: 'getUsage',
  tag: 'Operations',
  access: 'key',
  summary: 'Sum up tokens and cost',
  description: 'Of all turns of the tenant, those of deleted jobs included. A turn counts once, on the day it ended.',
  query,
  replies: { 200: { description: 'The sums.', schema: usageSchema } },
  async handler({ app, principal, query: { group_by: by, label, ...asked } }) {
    const period = usagePeriod({ ...asked, now: app.clock.now() })
    const faults = [...labelFaults({ by, label }), ...periodFaults(period)]
    if (faults.length > 0) throw invalidRequest(faults)
    const report = await findUsage(app, { tenantId: principal.tenantId, by, ...(label !== undefined && { label }), ...period })
    return jsonAnswer(200, presentUsage(report, period))
  },
})

function labelFaults({ by, label }: { by: string; label: string | undefined }): ErrorDetail[] {
  if (by === 'label' && label === undefined) return [{ field: 'label', message: 'is required with group_by=label' }]
  if (by !== 'label' && label !== undefined) return [{ field: 'label', message: 'is only for group_by=label' }]
  return []
}

function periodFaults(period: { from: Date; to: Date }): ErrorDetail[] {
  const days = periodDays(period)
  if (days <= 0) return [{ field: 'from', message: 'must be before to' }]
  if (days > MOST_DAYS) return [{ field: 'from', message: `must be at most ${MOST_DAYS} days before to` }]
  return []
}
