/** A page as axe judges it. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** What axe calls serious or critical, by rule and place; `within` a part of the page where the rest was judged before. */
export async function faults(target: Page, within?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page: target })
  const { violations } = await (within === undefined ? axe : axe.include(within)).analyze()
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}
