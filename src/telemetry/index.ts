export { createLogger } from './logger.ts'
export { createMeter, type Metrics } from './meter.ts'
