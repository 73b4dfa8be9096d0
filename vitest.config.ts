import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/support/count-reporter.ts'

const servers = { globalSetup: ['test/support/global-setup.ts'] }

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 3, // more than cores: most of these wait for servers
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['test/support/leak-check.ts'],
    reporters: ['default', new CountReporter()],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { extends: true, test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      {
        extends: true,
        test: { name: 'integration', include: ['test/{integration,conformance,e2e,browser}/**/*.test.ts'], ...servers },
      },
      { extends: true, test: { name: 'packaging', include: ['test/packaging/**/*.test.ts'] } },
      { extends: true, test: { name: 'faults', include: ['test/faults/**/*.test.ts'], ...servers } },
    ],
  },
})
