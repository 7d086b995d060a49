import { runVaultSuite } from '#shared/testing/vault.ts'
import { nodeCiphers } from './ciphers.ts'

runVaultSuite('the till\'s', nodeCiphers)
