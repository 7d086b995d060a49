import { expect, it } from 'vitest'
import { cloudAddress } from './cloud-address.ts'

it.each([
  ['https://cloud.example.com', 'https://cloud.example.com'], ['http://cloud.example.com', 'http://cloud.example.com'],
  [' cloud.example.com ', 'https://cloud.example.com'], ['cloud.example.com:7900', 'http://cloud.example.com:7900'],
  ['localhost', 'http://localhost'], ['127.0.0.1:7900/', 'http://127.0.0.1:7900/'], ['192.168.1.20', 'http://192.168.1.20'],
  ['10.0.0.1', 'http://10.0.0.1'], ['172.16.0.1', 'http://172.16.0.1'], ['172.32.0.1', 'https://172.32.0.1'], ['8.8.8.8', 'https://8.8.8.8'],
])('%s is %s', (typed, whole) => {
  expect(cloudAddress(typed)).toBe(whole)
})
