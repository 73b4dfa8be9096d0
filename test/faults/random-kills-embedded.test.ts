import { promisesSurviveKills } from '../support/crash/trial-suite.ts'

promisesSurviveKills('embedded', { kills: 10, jobs: 100 })
