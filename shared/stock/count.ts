/**
 * What a count finds while selling goes on. Pieces of one good may lie in several places that are counted one after the
 * other; what is sold between the first scan and the last may have come from a place already counted or from one not yet
 * counted, and nobody can know. Quantities in thousandths.
 */
export interface Counted {
  /** All scans of the good together. */
  readonly counted: number
  /** What the books said when the first scan was made. */
  readonly books: number
  /** What came and what left by the books between the first scan and the last; neither below zero. */
  readonly came: number
  readonly left: number
}

/**
 * Found less booked: the least that the scans prove. One scan is compared with the books of its moment, exactly; what moved
 * between two is neither missing nor found, wherever it lay. To be booked as it is whatever was sold before, between and after.
 */
export function countDifference({ counted, books, came, left }: Counted): number {
  if (counted > books + came) return counted - books - came
  if (counted < books - left) return counted - books + left
  return 0
}
