import {server} from './server'

/** Stands in for XMLHttpRequest, which uploads use for their progress: sends to the fake server. */
export class FakeUploadRequest extends EventTarget {
  readonly upload = new EventTarget()
  readonly #headers = new Headers()
  #method = ''
  #path = ''
  #aborted = false
  status = 0
  responseText = ''

  open(method: string, path: string): void {
    this.#method = method
    this.#path = path.replace('/api/v1', '')
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.set(name, value)
  }

  send(body: FormData): void {
    for (const loaded of [40, 100]) this.upload.dispatchEvent(Object.assign(new Event('progress'), {lengthComputable: true, loaded, total: 100}))
    server.answer({method: this.#method, path: this.#path, headers: this.#headers, body}).then(
      async (response) => {
        this.responseText = await response.text()
        this.status = response.status
        if (!this.#aborted) this.dispatchEvent(new Event('load'))
      },
      () => this.dispatchEvent(new Event('error')),
    )
  }

  abort(): void {
    this.#aborted = true
    this.dispatchEvent(new Event('abort'))
  }
}
