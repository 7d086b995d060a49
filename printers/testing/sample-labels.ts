/** Labels that are looked at: one of each kind, with the texts that give trouble. */
import { fen } from '#shared/money/money.ts'
import { type LabelDocument, type LabelSize, parcelLabels, priceLabel, shelfLabel, traceLabel } from '#shared/documents/label.ts'

const cola = { name: '冰爽可乐汽水 330ml 罐装', code: '6901234567892', spec: '330ml×1', origin: '浙江湖州', unit: '罐', price: fen(350), memberPrice: fen(320) }
const greens = { name: '本地青菜', code: 'SKU-77', spec: '', origin: '长兴虹星桥', unit: '公斤', price: fen(1250) }
export const TRACE_LINK = 'https://shop.example.cn/01/06901234567892/10/20261128-A1/21/0001?17=261203'
const lot = {
  good: '本地青菜', lot: '20261128-A1', origin: '浙江省湖州市长兴县虹星桥镇', producer: '虹星桥蔬菜专业合作社', issued: '2026-11-28', tested: '农药残留 合格', expires: '2026-12-03', quantity: '12.5 公斤', link: TRACE_LINK,
}
const parcel = { no: 'D20261128-0012', to: '𠮷野女士', phone: '13800005678', address: '湖州市吴兴区爱山街道红旗路 88 号 3 幢 502 室', note: '放门口', fullPhone: false, parcels: 3 }
const size = (width: number, height: number): LabelSize => ({ width, height })

export const LABEL_SAMPLES: Readonly<Record<string, readonly [LabelDocument, LabelSize]>> = {
  'price': [priceLabel(cola), size(40, 30)],
  'price-own-code': [priceLabel(greens), size(50, 30)],
  'shelf': [shelfLabel(cola, '湖畔便利店'), size(70, 50)],
  'shelf-english': [shelfLabel(cola, 'Lakeside', 'en'), size(60, 40)],
  'trace': [traceLabel(lot), size(60, 40)],
  'trace-long-lot': [traceLabel({ ...lot, lot: 'HXQ-20261128-PM-000123-A1/2', issued: '', tested: '', quantity: '', producer: '' }), size(50, 30)],
  'parcel': [parcelLabels(parcel, '湖畔便利店')[0]!, size(100, 100)],
  'parcel-small': [parcelLabels({ ...parcel, no: '20261128-01-0042', fullPhone: true }, '湖畔便利店')[2]!, size(50, 40)],
  'parcel-unnumbered': [parcelLabels({ ...parcel, no: '', parcels: 1, note: '' }, '湖畔便利店')[0]!, size(60, 40)],
  'gs1-128': [{ ...traceLabel(lot), code: { form: 'gs1-128', content: '(01)06901234567892(17)261203(10)A1', caption: '(01)06901234567892(17)261203(10)A1' } }, size(100, 60)],
  'gs1-datamatrix': [{ ...traceLabel(lot), code: { form: 'gs1-datamatrix', content: '(01)06901234567892(17)261203(10)A1', caption: '' } }, size(50, 40)],
}
