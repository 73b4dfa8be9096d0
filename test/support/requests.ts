type Metadata = Record<string, string>

/** Create bodies of each kind that the sandbox answers in kind. */
export const requests = {
  text: (metadata: Metadata = {}) => ({ model: 'gpt-5.5', input: 'Say something kind.', metadata }),
  image: (metadata: Metadata = {}) => ({
    model: 'gpt-5.5',
    input: 'A red kite over a green field',
    tools: [{ type: 'image_generation', size: '256x256', output_format: 'png' }],
    metadata,
  }),
  research: (metadata: Metadata = {}) => ({
    model: 'gpt-5.5-pro',
    input: 'What is known about tidal power?',
    tools: [{ type: 'web_search' }],
    metadata,
  }),
  code: (metadata: Metadata = {}) => ({
    model: 'gpt-5.5',
    input: 'Make a table and a chart.',
    tools: [{ type: 'code_interpreter', container: { type: 'auto' } }],
    metadata,
  }),
}
