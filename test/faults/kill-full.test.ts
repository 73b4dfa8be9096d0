import { jobSurvivesKills } from '../support/kill-suite.ts'

jobSurvivesKills('full')
