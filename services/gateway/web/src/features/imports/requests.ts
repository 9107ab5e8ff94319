import {api, idempotent} from '../../lib/api/client'
import {unwrap} from '../../lib/api/problem'
import type {ImportDone, ImportMapping, ImportPreview} from '../../lib/api/types'

/** Files are sent as multipart; the client would send JSON otherwise. */
function multipart(file: File, mapping?: ImportMapping, remembered: 'use' | 'ignore' = 'ignore'): FormData {
  const form = new FormData()
  form.set('file', file)
  if (mapping) form.set('mapping', JSON.stringify(mapping))
  form.set('remembered', remembered)
  return form
}

// The generated types describe the parts, but the body is the whole form.
const asBody = (form: FormData) => form as unknown as {file: string; mapping?: string; remembered: 'use' | 'ignore'}
const bodySerializer = (body: unknown) => body as FormData

/** Without a mapping, remembered corrections apply. A mapping that was shown is complete. */
export const preview = (file: File, mapping?: ImportMapping): Promise<ImportPreview> =>
  unwrap(api.POST('/imports/preview', {body: asBody(multipart(file, mapping, mapping ? 'ignore' : 'use')), bodySerializer}))

export const importFile = (file: File, mapping: ImportMapping, key: string): Promise<ImportDone> =>
  unwrap(api.POST('/imports', {params: {header: idempotent(key)}, body: asBody(multipart(file, mapping)), bodySerializer}))
