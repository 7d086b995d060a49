/** The words on labels, by language. See words.ts for why they live here. */
import type { Language } from './words.ts'

export interface LabelWords {
  readonly spec: string
  readonly origin: string
  readonly memberPrice: string
  readonly lot: string
  readonly quantity: string
  readonly producer: string
  readonly issued: string
  readonly tested: string
  readonly passed: string
  readonly failed: string
  readonly expires: string
  /** The title that a certificate's QR form must bear. */
  readonly certificate: string
  readonly scanToTrace: string
  /** On a label that was printed before. */
  readonly again: string
  readonly number: string
  readonly parcel: string
  readonly address: string
  readonly from: string
  readonly note: string
}

const zh: LabelWords = {
  spec: '规格', origin: '产地', memberPrice: '会员价', lot: '批号', quantity: '数量', producer: '生产者', issued: '开具日期', tested: '检测', passed: '合格', failed: '不合格', expires: '保质期至',
  certificate: '承诺达标合格证', scanToTrace: '扫码看来源', again: '【补打】', number: '单号', parcel: '件数', address: '地址', from: '寄', note: '备注',
}
const en: LabelWords = {
  spec: 'Spec.', origin: 'Origin', memberPrice: 'Members', lot: 'Lot', quantity: 'Quantity', producer: 'Producer', issued: 'Issued', tested: 'Tested', passed: 'passed', failed: 'failed', expires: 'Best before',
  certificate: 'Promise of compliance certificate', scanToTrace: 'Scan to trace', again: '[Reprint]', number: 'No.', parcel: 'Parcel', address: 'Address', from: 'From', note: 'Note',
}
export const LABEL_WORDS: Readonly<Record<Language, LabelWords>> = { zh, en }
