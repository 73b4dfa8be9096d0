import type { Operation } from '../openapi/build-document.ts'

const EXAMPLE_IDS: Record<string, string> = {
  job: 'job_01k7f3q8zt4m9x2c5v7b1n6d0e',
  artifact: 'art_01k7f3q8zt4m9x2c5v7b1n6d0e',
  endpoint: 'ep_01k7f3q8zt4m9x2c5v7b1n6d0e',
  delivery: 'dlv_01k7f3q8zt4m9x2c5v7b1n6d0e',
  replay: 'rpl_01k7f3q8zt4m9x2c5v7b1n6d0e',
}

/** A command to paste, with the key in the environment. */
export function curlExample({
  path,
  method,
  operation,
  baseUrl,
}: {
  path: string
  method: string
  operation: Operation
  baseUrl: string
}): string {
  const filled = path
    .replace('/jobs/{id}', `/jobs/${EXAMPLE_IDS.job}`)
    .replace('/artifacts/{id}', `/artifacts/${EXAMPLE_IDS.artifact}`)
    .replace('/endpoints/{id}', `/endpoints/${EXAMPLE_IDS.endpoint}`)
    .replace('/deliveries/{id}', `/deliveries/${EXAMPLE_IDS.delivery}`)
    .replace('{replay_id}', `${EXAMPLE_IDS.replay}`)
    .replace('{account}', 'default')
  const query =
    operation.parameters
      ?.filter((parameter) => parameter.in === 'query' && parameter.required)
      .map(({ name }) => `${name}=${EXAMPLE_IDS[name] ?? ''}`) ?? []
  const url = `${baseUrl}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`
  const example = operation.requestBody?.content['application/json']?.example
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${quote(url)}`,
    ...(operation.security.length > 0 ? [`-H "Authorization: Bearer $LONGHAUL_API_KEY"`] : []),
    ...(example === undefined ? [] : [`-H 'Content-Type: application/json'`, `-d ${quote(JSON.stringify(example, null, 2))}`]),
  ]
  return lines.join(' \\\n  ')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
