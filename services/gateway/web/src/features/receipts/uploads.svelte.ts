import {explain, ProblemError} from '../../lib/api/problem'
import type {Receipt} from '../../lib/api/types'
import {addReceipt} from './receipts'

const refusals = [400, 404, 413, 415, 422]
const full = 503
const pauses = [3000, 6000, 12_000]
const pause = (milliseconds: number) => new Promise((resolve) => window.setTimeout(resolve, milliseconds))

/** One file on its way to an expense. */
export class Upload {
  readonly file: File
  state = $state<'waiting' | 'sending' | 'failed'>('waiting')
  /** From 0 to 1; at 1 the server is looking into it. */
  share = $state(0)
  reason = $state('')
  /** Whether the same file may be taken another time. */
  retryable = $state(false)
  readonly #cancel = new AbortController()

  constructor(file: File) {
    this.file = file
  }

  get words(): string {
    if (this.state === 'waiting') return 'Waiting'
    if (this.state === 'failed') return this.reason
    return this.share < 1 ? `${Math.round(this.share * 100)} %` : 'Being looked at'
  }

  async send(expenseId: string): Promise<Receipt | undefined> {
    this.state = 'sending'
    try {
      return await this.#patiently(expenseId)
    } catch (error) {
      this.state = 'failed'
      this.reason = explain(error)
      this.retryable = !(error instanceof ProblemError && refusals.includes(error.status))
      return undefined
    }
  }

  /** The server looks at few files at a time, and says so when there are too many. */
  async #patiently(expenseId: string): Promise<Receipt> {
    for (const wait of pauses) {
      try {
        return await this.#once(expenseId)
      } catch (error) {
        if (!(error instanceof ProblemError && error.status === full) || this.#cancel.signal.aborted) throw error
        await pause(wait)
      }
    }
    return this.#once(expenseId)
  }

  #once(expenseId: string): Promise<Receipt> {
    this.share = 0
    return addReceipt(expenseId, this.file, (share) => (this.share = share), this.#cancel.signal)
  }

  cancel(): void {
    this.#cancel.abort()
  }
}

/** The files on their way to one expense, one after the other: a phone's connection is narrow, and the server looks at few at a time. */
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

  /** Takes one off the list, and stops it if it is still on its way. */
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
