/** A page as axe judges it. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** What axe calls serious or critical, by rule and place. */
export async function faults(target: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: target }).analyze()
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}
