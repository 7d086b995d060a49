/** A code nobody knows on its way to becoming a good: carried from the notice to the goods panel. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { usePanels } from './panels.ts'

export const useUnknown = defineStore('unknown', () => {
  const code = ref('')

  function add(text: string): void {
    code.value = text
    usePanels().open('goods')
  }
  function take(): string {
    const text = code.value
    code.value = ''
    return text
  }
  return { code, add, take }
})
