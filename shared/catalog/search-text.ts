/** What a good is found by: its name, full pinyin, initials and codes, and how text is cut so that any part of it is found. */
import { customPinyin, pinyin } from 'pinyin-pro'

/** Words of food and medicine that the dictionary reads as other words would. */
customPinyin({
  花蛤: 'huā gé', 白蛤: 'bái gé', 青蛤: 'qīng gé', 仔姜: 'zǐ jiāng', 仔鸡: 'zǐ jī', 仔鸭: 'zǐ yā', 仔鹅: 'zǐ é', 参鸡汤: 'shēn jī tāng', 参茸: 'shēn róng', 参苓: 'shēn líng', 参片: 'shēn piàn', 重组: 'chóng zǔ',
})

/** Lower case, compatibility forms folded, and nothing but letters and digits: what is searched and what is typed meet here. */
export function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

export interface SearchText {
  readonly name: string
  readonly pinyin: string
  readonly initials: string
}

/** Polyphones are read in the context of the word (重庆, 银行). */
export function searchText(name: string): SearchText {
  const syllables = pinyin(name, { toneType: 'none', type: 'array', nonZh: 'consecutive', v: true })
  return {
    name: plain(name),
    pinyin: plain(syllables.join('')),
    initials: plain(syllables.map((syllable) => (/^[a-zü]+$/i.test(syllable) && !name.includes(syllable) ? syllable[0] : syllable)).join('')),
  }
}

/** `可乐汽水` → `可乐 乐汽 汽水 水`: as a phrase of these, any part of two characters or more is found; the last stands for one-character words. */
export function pairs(text: string): string {
  const chars = [...text]
  return chars.map((char, i) => char + (chars[i + 1] ?? '')).join(' ')
}

/** The phrase that finds `text` (already plain) among `pairs`: undefined when there is nothing to look for. */
export function pairsPhrase(text: string): string | undefined {
  const chars = [...text]
  if (chars.length === 0) return undefined
  if (chars.length === 1) return `"${chars[0]}"*`
  return `"${chars.slice(0, -1).map((char, i) => char + chars[i + 1]).join(' ')}"`
}
