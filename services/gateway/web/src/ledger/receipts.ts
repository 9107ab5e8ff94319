import {api, apiRoot} from '../api/client'
import {need, ProblemError} from '../api/problem'
import type {Receipt} from '../api/types'

/** What the server takes; it looks at the content again, whatever the name says. */
export const receiptKinds = 'image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf'
const mostBytes = 10 * 1024 * 1024

export const contentOf = (receipt: Receipt): string => `${apiRoot}/receipts/${receipt.id}/content`
export const thumbnailOf = (receipt: Receipt): string => `${apiRoot}/receipts/${receipt.id}/thumbnail`

export async function addReceipt(expenseId: string, file: File): Promise<Receipt> {
  if (file.size > mostBytes) {
    throw new ProblemError({type: 'about:blank', title: 'Too large', status: 413, detail: 'A receipt may have 10 MB at most.'})
  }
  const form = new FormData()
  form.set('file', file)
  return need(
    api.POST('/expenses/{expense_id}/receipts', {
      params: {path: {expense_id: expenseId}},
      // The types of the document describe the parts, the body is the whole form.
      body: form as unknown as {file: string},
      bodySerializer: (body: unknown) => body as FormData,
    }),
  )
}

export const removeReceipt = (receipt: Receipt): Promise<unknown> =>
  need(api.DELETE('/receipts/{receipt_id}', {params: {path: {receipt_id: receipt.id}}}))
