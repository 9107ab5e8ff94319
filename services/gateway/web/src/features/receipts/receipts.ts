import {api, apiRoot} from '../../lib/api/client'
import {ProblemError, unwrap} from '../../lib/api/problem'
import type {Receipt} from '../../lib/api/types'
import {type Progress, upload} from '../../lib/api/upload'

/** What the server accepts; it checks the content, whatever the name says. */
export const receiptKinds = 'image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif,application/pdf'
const maxBytes = 10 * 1024 * 1024

const at = (receipt: Receipt, what: string): string => `${apiRoot}/receipts/${receipt.id}/${what}`
export const contentOf = (receipt: Receipt): string => at(receipt, 'content')
export const thumbnailOf = (receipt: Receipt): string => at(receipt, 'thumbnail')
/** An image that every browser can show, also for HEIC and for the first page of a PDF. */
export const previewOf = (receipt: Receipt): string => at(receipt, 'preview')

const shownByBrowsers = ['image/jpeg', 'image/png', 'image/webp']
export const opensInBrowser = (receipt: Receipt): boolean => shownByBrowsers.includes(receipt.media_type)

const endings: Record<Receipt['media_type'], string> = {
  'image/jpeg': 'JPEG',
  'image/png': 'PNG',
  'image/webp': 'WebP',
  'image/heic': 'HEIC',
  'application/pdf': 'PDF',
}

/** Such as "PDF, 1.2 MB". */
export function describe(receipt: Receipt): string {
  const kilobytes = receipt.size / 1024
  const size = kilobytes < 1000 ? `${Math.max(1, Math.round(kilobytes))} KB` : `${(kilobytes / 1024).toFixed(1)} MB`
  return `${endings[receipt.media_type]}, ${size}`
}

export async function addReceipt(expenseId: string, file: File, progress: Progress, signal: AbortSignal): Promise<Receipt> {
  if (file.size > maxBytes) {
    throw new ProblemError({type: 'about:blank', title: 'Too large', status: 413, detail: 'A receipt can be 10 MB at most.'})
  }
  const form = new FormData()
  form.set('file', file)
  return upload(`/expenses/${expenseId}/receipts`, form, progress, signal)
}

export const removeReceipt = (receipt: Receipt): Promise<unknown> =>
  unwrap(api.DELETE('/receipts/{receipt_id}', {params: {path: {receipt_id: receipt.id}}}))
