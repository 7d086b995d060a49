import { memoryPrintJobs, runPrintJobsSuite } from './print-jobs.ts'

runPrintJobsSuite('in memory', memoryPrintJobs)
