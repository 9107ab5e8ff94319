import {apiRoot, sessionIsOver} from './client'
import {unwrap} from './problem'

/** Called with the share of the file that was sent, from 0 to 1. */
export type Progress = (share: number) => void

/** Posts a form and reports progress, which fetch cannot do. Returns data or throws a ProblemError like any other call. */
export function upload<T>(path: string, form: FormData, progress: Progress, signal: AbortSignal): Promise<T> {
  return unwrap<T>(
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('POST', apiRoot + path)
      request.setRequestHeader('Accept', 'application/json')
      request.upload.addEventListener('progress', (event) => progress(event.lengthComputable ? event.loaded / event.total : 0))
      request.addEventListener('load', () => {
        if (request.status === 401) sessionIsOver()
        const body = parse(request.responseText) as T
        const response = new Response(null, {status: request.status})
        resolve(response.ok ? {data: body, response} : {error: body, response})
      })
      for (const end of ['error', 'abort', 'timeout']) request.addEventListener(end, () => reject(new Error(end)))
      if (signal.aborted) return reject(new Error('abort'))
      signal.addEventListener('abort', () => request.abort())
      request.send(form)
    }),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
