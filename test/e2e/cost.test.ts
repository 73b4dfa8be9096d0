import { expect, test } from 'vitest'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'

test('jobs of every kind show what they cost, and their sum is what usage tells', async () => {
  await using host = await startSetup('embedded')
  await using here = await startTestApp(host)
  const labels = { team: 'growth' }
  const submitted = [requests.text(), requests.image(), requests.research(), requests.code()].map(
    async (request) => (await here.api.submit({ request, labels })).id,
  )
  const jobs = await Promise.all(submitted.map(async (id) => here.api.settled(await id)))
  const costs = jobs.map(({ cost_usd }) => cost_usd as number)
  expect(costs.every((cost) => cost > 0)).toBe(true)
  const { body } = await here.api.call('/v1/usage?group_by=label&label=team')
  expect(body.data).toEqual([expect.objectContaining({ group: 'growth', turns: 4, unpriced_turns: 0 })])
  expect(body.total.web_searches * body.total.image_output_tokens * body.total.containers).toBeGreaterThan(0)
  expect(Math.round(body.total.cost_usd * 1e6)).toBe(costs.reduce((sum, cost) => sum + Math.round(cost * 1e6), 0))
})
