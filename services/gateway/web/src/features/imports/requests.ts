import {api, once} from '../../lib/api/client'
import {need} from '../../lib/api/problem'
import type {ImportDone, ImportMapping, ImportPreview} from '../../lib/api/types'

/** Files go as multipart; the client would send JSON otherwise. */
function multipart(file: File, mapping?: ImportMapping, remembered: 'use' | 'ignore' = 'ignore'): FormData {
  const form = new FormData()
  form.set('file', file)
  if (mapping) form.set('mapping', JSON.stringify(mapping))
  form.set('remembered', remembered)
  return form
}

// The types of the document describe the parts, the body is the whole form.
const asBody = (form: FormData) => form as unknown as {file: string; mapping?: string; remembered: 'use' | 'ignore'}
const bodySerializer = (body: unknown) => body as FormData

/** Without a mapping, the file is read as an earlier one was corrected; a mapping that was shown is complete. */
export const preview = (file: File, mapping?: ImportMapping): Promise<ImportPreview> =>
  need(api.POST('/imports/preview', {body: asBody(multipart(file, mapping, mapping ? 'ignore' : 'use')), bodySerializer}))

export const importFile = (file: File, mapping: ImportMapping, key: string): Promise<ImportDone> =>
  need(api.POST('/imports', {params: {header: once(key)}, body: asBody(multipart(file, mapping)), bodySerializer}))
