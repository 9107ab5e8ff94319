import {explain, ProblemError} from '../../lib/api/problem'
import type {Receipt} from '../../lib/api/types'
import {addReceipt} from './receipts'

const permanentFailures = [400, 404, 413, 415, 422]
const overloaded = 503
const pauses = [3000, 6000, 12_000]
const pause = (milliseconds: number) => new Promise((resolve) => window.setTimeout(resolve, milliseconds))

/** The upload of one file to an expense. */
export class Upload {
  readonly file: File
  state = $state<'waiting' | 'sending' | 'failed'>('waiting')
  /** From 0 to 1; at 1 the server is checking the file. */
  progress = $state(0)
  reason = $state('')
  /** Whether the same file may be accepted on another attempt. */
  retryable = $state(false)
  readonly #cancel = new AbortController()

  constructor(file: File) {
    this.file = file
  }

  get status(): string {
    if (this.state === 'waiting') return 'Waiting'
    if (this.state === 'failed') return this.reason
    return this.progress < 1 ? `${Math.round(this.progress * 100)}%` : 'Checking…'
  }

  async send(expenseId: string): Promise<Receipt | undefined> {
    this.state = 'sending'
    try {
      return await this.#sendWithRetries(expenseId)
    } catch (error) {
      this.state = 'failed'
      this.reason = explain(error)
      this.retryable = !(error instanceof ProblemError && permanentFailures.includes(error.status))
      return undefined
    }
  }

  /** Tries again while the server is checking too many files. */
  async #sendWithRetries(expenseId: string): Promise<Receipt> {
    for (const wait of pauses) {
      try {
        return await this.#attempt(expenseId)
      } catch (error) {
        if (!(error instanceof ProblemError && error.status === overloaded) || this.#cancel.signal.aborted) throw error
        await pause(wait)
      }
    }
    return this.#attempt(expenseId)
  }

  #attempt(expenseId: string): Promise<Receipt> {
    this.progress = 0
    return addReceipt(expenseId, this.file, (progress) => (this.progress = progress), this.#cancel.signal)
  }

  cancel(): void {
    this.#cancel.abort()
  }
}

/** The uploads to one expense, one after another: a phone's connection is slow, and the server checks few files at a time. */
export class ReceiptUploads {
  items = $state.raw<Upload[]>([])
  readonly #expenseId: string
  readonly #onadded: (receipt: Receipt) => void
  readonly #onfailed: (upload: Upload) => void
  #working = false

  constructor(expenseId: string, onadded: (receipt: Receipt) => void, onfailed: (upload: Upload) => void) {
    this.#expenseId = expenseId
    this.#onadded = onadded
    this.#onfailed = onfailed
  }

  add(files: Iterable<File>): void {
    this.items = [...this.items, ...[...files].map((file) => new Upload(file))]
    void this.#work()
  }

  retry(upload: Upload): void {
    upload.state = 'waiting'
    void this.#work()
  }

  /** Removes an upload from the list, and stops it if it is in progress. */
  dismiss(upload: Upload): void {
    this.items = this.items.filter((item) => item !== upload)
    upload.cancel()
  }

  async #work(): Promise<void> {
    if (this.#working) return
    this.#working = true
    for (let upload = this.#next(); upload; upload = this.#next()) {
      const receipt = await upload.send(this.#expenseId)
      if (receipt) {
        this.items = this.items.filter((item) => item !== upload)
        this.#onadded(receipt)
      } else if (this.items.includes(upload)) this.#onfailed(upload)
    }
    this.#working = false
  }

  #next(): Upload | undefined {
    return this.items.find((item) => item.state === 'waiting')
  }
}
