export { reportPolicy } from './report-style.ts'
export { renderReport } from './render-report.ts'
