/** Black and white dots, eight to a byte, the leftmost in the highest bit; a set bit is black. */
export class Bitmap {
  readonly width: number
  readonly height: number
  /** bytes a row */
  readonly stride: number
  readonly data: Uint8Array

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.stride = (width + 7) >> 3
    this.data = new Uint8Array(this.stride * height)
  }

  isBlack(x: number, y: number): boolean {
    return (this.data[y * this.stride + (x >> 3)]! & (0x80 >> (x & 7))) !== 0
  }

  /** What lies outside is left out. */
  fill(x: number, y: number, width: number, height: number): void {
    const [left, right, bottom] = [Math.max(0, x), Math.min(this.width, x + width), Math.min(this.height, y + height)]
    if (right <= left) return
    const [first, last] = [left >> 3, (right - 1) >> 3]
    const [head, tail] = [0xff >> (left & 7), (0xff << (7 - ((right - 1) & 7))) & 0xff]
    for (let row = Math.max(0, y); row < bottom; row++) {
      const start = row * this.stride
      if (first === last) {
        this.data[start + first]! |= head & tail
        continue
      }
      this.data[start + first]! |= head
      this.data.fill(0xff, start + first + 1, start + last)
      this.data[start + last]! |= tail
    }
  }

  /** The same, each dot so many times as wide and as high. */
  enlarged(across: number, down = across): Bitmap {
    if (across === 1 && down === 1) return this
    const large = new Bitmap(this.width * across, this.height * down)
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) if (this.isBlack(x, y)) large.fill(x * across, y * down, across, 1)
      const from = y * down * large.stride
      for (let copy = 1; copy < down; copy++) large.data.copyWithin(from + copy * large.stride, from, from + large.stride)
    }
    return large
  }

  /** Lays the black dots of another over these. What lies outside is left out. */
  blit(other: Bitmap, x: number, y: number): void {
    for (let row = Math.max(0, -y); row < other.height && y + row < this.height; row++) {
      const from = row * other.stride
      const to = (y + row) * this.stride
      for (let i = 0; i < other.stride; i++) {
        const bits = other.data[from + i]!
        if (bits === 0) continue
        const left = x + i * 8
        // A byte inside the row is laid down as one; one over an edge dot by dot.
        if (left >= 0 && left + 8 <= this.width) {
          const shift = left & 7
          this.data[to + (left >> 3)]! |= bits >> shift
          if (shift > 0) this.data[to + (left >> 3) + 1]! |= (bits << (8 - shift)) & 0xff
        } else {
          for (let bit = 0; bit < 8; bit++) {
            const column = left + bit
            if ((bits & (0x80 >> bit)) !== 0 && column >= 0 && column < this.width) this.data[to + (column >> 3)]! |= 0x80 >> (column & 7)
          }
        }
      }
    }
  }
}
