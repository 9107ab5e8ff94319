import {explain, ProblemError} from './problem'

/** One form being sent: busy or not, and what the server refused. */
export class Submission {
  busy = $state(false)
  /** For the whole form. */
  message = $state('')
  #problem = $state.raw<ProblemError | undefined>(undefined)
  #own = $state<Record<string, string>>({})

  /** Runs work once at a time; true when it succeeded. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.clear()
    try {
      await work()
      return true
    } catch (error) {
      this.#problem = error instanceof ProblemError ? error : undefined
      this.message = explain(error)
      return false
    } finally {
      this.busy = false
    }
  }

  clear(): void {
    this.#problem = undefined
    this.#own = {}
    this.message = ''
  }

  /** Say at one field what to do, instead of all that the server refused. */
  askInstead(pointer: string, message: string): void {
    this.clear()
    this.refuse(pointer, message)
  }

  /** An error found here, before asking the server. */
  refuse(pointer: string, message: string): void {
    this.#own = {...this.#own, [pointer]: message}
  }

  at(pointer: string): string | undefined {
    return this.#own[pointer] ?? this.#problem?.at(pointer)
  }

  get status(): number | undefined {
    return this.#problem?.status
  }
}
