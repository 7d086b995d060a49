import { parse as parseIndependently } from 'csv-parse/sync'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { TillError } from '#shared/host/frames.ts'
import { CsvReader } from './csv-text.ts'
import { plainNumber, readTable, type Table } from './table-file.ts'

const read = (text: string): Promise<Table> => readTable('t.csv', Buffer.from(text))
const refusal = (bytes: Uint8Array): Promise<unknown> => readTable('t', bytes).then((table) => table, (error: unknown) => {
  if (!(error instanceof TillError)) throw error
  return { code: error.code, ...error.detail }
})

describe('CSV', () => {
  test('rows are numbered by the line they begin on, whatever ends a line', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const table = await read(['a,b', '1,"x', 'y"', '', ',', '2,"say ""hi"""', '3,4'].join(end))
      expect(table.rows).toEqual([{ row: 2, cells: ['1', `x${end}y`] }, { row: 6, cells: ['2', 'say "hi"'] }, { row: 7, cells: ['3', '4'] }])
    }
  })
  test('ragged lines keep what they have; a title above the header is passed over', async () => {
    expect(await read('商品资料表\n导出于,\n品名,售价\n可乐\n薯片,大,5\n')).toEqual({
      columns: ['品名', '售价'], rows: [{ row: 4, cells: ['可乐'] }, { row: 5, cells: ['薯片', '大', '5'] }],
    })
  })
  test('columns get unique names', async () => {
    expect((await read('a,,a,a (2),__proto__\n1,2,3,4,5')).columns).toEqual(['a', 'B', 'a (2)', 'a (2) (2)', 'E'])
  })
  test.each([[',', 'a,b\n1;2,3'], [';', 'a;b\n1,2;3'], ['\t', 'a\tb\n1,2\t3'], [';', '"x,y,z";b\n1,2;3'], [';', 'sep=;\na;b\n1,2;3']])('finds the delimiter %j', async (_delimiter, text) => {
    expect((await read(text)).rows[0]!.cells).toHaveLength(2)
  })
  test.each(['utf8', 'gbk', 'gb18030', 'utf16le', 'utf16be', 'utf8 bom'])('reads %s', async (encoding) => {
    const text = '品名,售价,产地\n龘靐可乐€,3.5,湖州\n'
    const bytes = encoding === 'utf8 bom' ? Buffer.from(`\ufeff${text}`) : iconv.encode(encoding === 'gbk' ? text.replace('靐', '') : text, encoding, { addBOM: true })
    const table = await readTable('t', bytes)
    expect(table.columns).toEqual(['品名', '售价', '产地'])
    expect(table.rows[0]!.cells.slice(1)).toEqual(['3.5', '湖州'])
  })
  test.each<[string, Buffer, object]>([
    ['nothing', Buffer.alloc(0), { code: 'file.unreadable', reason: 'empty' }],
    ['a header of one cell', Buffer.from('a\n1\n2'), { code: 'file.no_header' }],
    ['blank lines', Buffer.from('\n\n,,\n'), { code: 'file.no_header' }],
    ['an open quote', Buffer.from('a,b\n1,2\n3,"4\n5,6\n'), { code: 'file.unreadable', reason: 'quotes', row: 3 }],
    ['an old xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), { code: 'file.unreadable', reason: 'xls', hint: 'xlsx' }],
    ['a page named xls', Buffer.from('<html><table></table>'), { code: 'file.unreadable', reason: 'html' }],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), { code: 'file.unreadable', reason: 'binary' }],
    ['UTF-8 with a broken byte', Buffer.concat([Buffer.from('品名,售价\n可口可乐零度,3\n'), Buffer.from([0xff]), Buffer.from('雪碧,3\n')]), { code: 'file.unreadable', reason: 'encoding', row: 3 }],
    ['a torn zip', Buffer.from('PK\u0003\u0004xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'), { code: 'file.unreadable', reason: 'zip' }],
    ['too many bytes', Buffer.alloc(25 * 1024 * 1024, 'a,b\n'), { code: 'file.too_large' }],
    ['too many rows', Buffer.alloc(500_000, 'a,b\n'), { code: 'file.too_large' }],
  ])('refuses %s', async (_what, bytes, expected) => expect(await refusal(bytes)).toMatchObject(expected))

  test('agrees with an independent reader on every well-formed file, in pieces of any size', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '商', ' ', ',', '"', '\n', '\r', ';'), maxLength: 5 })
    fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom('\n', '\r\n'), (rows, step, end) => {
      const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join(end)
      const records: string[][] = []
      const reader = new CsvReader(',', (record) => records.push(record.cells))
      for (let at = 0; at < text.length; at += step) reader.push(text.slice(at, at + step))
      reader.end()
      expect(records).toEqual(rows)
      expect(records).toEqual(parseIndependently(text, { relax_column_count: true, record_delimiter: end }))
    }))
  })
  test('any bytes give a table or a refusal', async () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '\0', '品', '\ufeff') }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 200 }).map((rest) => Buffer.concat([Buffer.from('PK\u0003\u0004'), rest])), fc.uint8Array().map((rest) => Buffer.concat([goodSheet, rest])),
      fc.nat({ max: goodSheet.length - 1 }).map((at) => goodSheet.subarray(0, at)),
      fc.tuple(fc.nat({ max: goodSheet.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => { const copy = Buffer.from(goodSheet); copy[at]! ^= flip; return copy }))
    await fc.assert(fc.asyncProperty(bytes, async (input) => { await refusal(input) }), { numRuns: 300 })
  }, 60_000)
})

describe('XLSX', () => {
  test('numbers read as people typed them, text as it is, by the sheet\'s own rows', async () => {
    const table = await readTable('g.xlsx', goodSheet)
    expect(table.columns).toEqual(['条码', '品名', '售价', '库存'])
    expect(table.rows).toEqual([
      { row: 3, cells: ['6901234567892', '可乐 & 雪碧', '6.9', '0.3'] },
      { row: 4, cells: ['00242', '盐', '100000', ''] },
      { row: 6, cells: ['690123456789', '多\n行', '0.0000001', '-2.5'] },
    ])
  })
  test.each([['6.9000000000000004', '6.9'], ['0.30000000000000004', '0.3'], ['6.90123456789E+12', '6901234567890'], ['12345678901234567890', '12345678901234567890'],
    ['1E-7', '0.0000001'], ['1E21', '1000000000000000000000'], ['-3.50', '-3.5'], ['2', '2'], ['abc', 'abc']])('%s → %s', (raw, plain) => expect(plainNumber(raw)).toBe(plain))

  test('a sheet that unpacks to far more than it weighs is refused', async () => {
    expect(await refusal(deflatedZip({ 'xl/worksheets/sheet1.xml': Buffer.alloc(100 * 1024 * 1024, ' ') }))).toMatchObject({ code: 'file.too_large' })
  })
  test('a stray cell at the far corner is refused, not padded out', async () => {
    const stray = xlsx('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    expect(await refusal(stray)).toMatchObject({ code: 'file.too_large' })
  })
})

/** A sheet as a spreadsheet program writes it: title, header in row 2, an empty row 5, numbers as doubles. */
const goodSheet = xlsx(
  '<row r="1"><c r="A1" t="inlineStr"><is><t>商品资料</t></is></c></row>'
  + '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c><c r="D2" t="s"><v>3</v></c></row>'
  + '<row r="3"><c r="A3"><v>6.901234567892E12</v></c><c r="B3" t="s"><v>4</v></c><c r="C3"><v>6.9000000000000004</v></c><c r="D3"><v>0.30000000000000004</v></c></row>'
  + '<row r="4"><c r="A4" t="s"><v>5</v></c><c r="B4" t="inlineStr"><is><t>盐</t></is></c><c r="C4"><v>1E5</v></c></row>'
  + '<row r="6"><c r="A6"><v>690123456789</v></c><c r="B6" t="inlineStr"><is><t>多\n行</t></is></c><c r="C6"><v>1E-7</v></c><c r="D6"><v>-2.5</v></c></row>',
)

function xlsx(rows: string): Buffer {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const strings = ['条码', '品名', '售价', '库存', '可乐 &amp; 雪碧', '00242'].map((text) => `<si><t>${text}</t></si>`).join('')
  return deflatedZip({
    '[Content_Types].xml': Buffer.from(`${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`),
    '_rels/.rels': Buffer.from(`${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
    'xl/workbook.xml': Buffer.from(`${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="商品" sheetId="1" r:id="rId1"/></sheets></workbook>`),
    'xl/_rels/workbook.xml.rels': Buffer.from(`${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`),
    'xl/sharedStrings.xml': Buffer.from(`${head}<sst xmlns="${main}">${strings}</sst>`),
    'xl/worksheets/sheet1.xml': Buffer.from(`${head}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`),
  })
}

/** A zip as other programs write it: deflated, with its own local headers. */
function deflatedZip(files: Record<string, Buffer>): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [path, bytes] of Object.entries(files)) {
    const name = Buffer.from(path)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(bytes.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    parts.push(Buffer.from('PK\u0003\u0004'), fields, name, packed)
    central.push(Buffer.from('PK\u0001\u0002\u0014\0'), fields, place, name)
    offset += 30 + name.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(central.length / 4, 4)
  end.writeUInt16LE(central.length / 4, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, directory, Buffer.from('PK\u0005\u0006'), end])
}
