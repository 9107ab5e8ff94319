type Ask = (payee: string) => Promise<string | null>

const longestWait = 1500

/** The category to suggest for what is in the payee field: one question for each payee, whose answer can be waited for. */
export class Suggestion {
  #asked = ''
  #answer: Promise<string | null> = Promise.resolve(null)
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** The answer; null if there is none, or if it could not be had. */
  for(payee: string): Promise<string | null> {
    if (payee !== this.#asked) {
      this.#asked = payee
      this.#answer = payee ? this.#ask(payee).catch(() => null) : Promise.resolve(null)
    }
    return this.#answer
  }

  /** The answer, or null when it takes longer than somebody who pressed Enter should wait. */
  settled(payee: string, atMost = longestWait): Promise<string | null> {
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), atMost))
    return Promise.race([this.for(payee), late])
  }

  /** The next question is asked anew: an entry was added to the history. */
  forget(): void {
    this.#asked = ''
    this.#answer = Promise.resolve(null)
  }
}
