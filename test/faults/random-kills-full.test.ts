import { promisesSurviveKills } from '../support/crash/trial-suite.ts'

promisesSurviveKills('full', { kills: 15, jobs: 110 })
