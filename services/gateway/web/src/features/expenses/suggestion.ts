type Ask = (payee: string) => Promise<string | null>

const maxWait = 1500

/** Suggests a category for the payee, with one request for each payee. */
export class Suggestion {
  #asked = ''
  #answer: Promise<string | null> = Promise.resolve(null)
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** The suggested category; null if there is none or the request failed. */
  for(payee: string): Promise<string | null> {
    if (payee !== this.#asked) {
      this.#asked = payee
      this.#answer = payee ? this.#ask(payee).catch(() => null) : Promise.resolve(null)
    }
    return this.#answer
  }

  /** The same, but null if it takes longer than a user who pressed Enter should wait. */
  settled(payee: string, atMost = maxWait): Promise<string | null> {
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), atMost))
    return Promise.race([this.for(payee), late])
  }

  /** Makes the next call ask again, because a new entry may change the suggestion. */
  forget(): void {
    this.#asked = ''
    this.#answer = Promise.resolve(null)
  }
}
