import {explain, ProblemError} from './problem'

/** The state of a form that is sent: busy or not, and the server's errors. */
export class Submission {
  busy = $state(false)
  /** The error of the whole form. */
  message = $state('')
  #problem = $state.raw<ProblemError | undefined>(undefined)
  #ownErrors = $state<Record<string, string>>({})

  /** Runs `work` unless it is running already. Returns whether it succeeded. */
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

  /**
   * An attachment for the form: keeps its fields as they are while it is sent. What is typed meanwhile would be lost when the form is
   * cleared or closed, or be sent in place of what was meant. The focus stays where it is, which it would not in a disabled field.
   */
  hold = (form: HTMLFormElement): (() => void) => {
    const refuse = (event: Event) => {
      const leaves = event instanceof KeyboardEvent && (event.key === 'Tab' || event.key === 'Escape')
      if (this.busy && !leaves && !(event.target as Element).closest('button, a')) event.preventDefault()
    }
    const kinds = ['beforeinput', 'keydown', 'mousedown', 'click', 'paste', 'drop']
    for (const kind of kinds) form.addEventListener(kind, refuse, {capture: true})
    return () => {
      for (const kind of kinds) form.removeEventListener(kind, refuse, {capture: true})
    }
  }

  clear(): void {
    this.#problem = undefined
    this.#ownErrors = {}
    this.message = ''
  }

  /** Shows one message at a field instead of the server's errors. */
  replaceErrors(pointer: string, message: string): void {
    this.clear()
    this.setError(pointer, message)
  }

  /** Adds an error that was found before asking the server. */
  setError(pointer: string, message: string): void {
    this.#ownErrors = {...this.#ownErrors, [pointer]: message}
  }

  at(pointer: string): string | undefined {
    return this.#ownErrors[pointer] ?? this.#problem?.at(pointer)
  }

  get status(): number | undefined {
    return this.#problem?.status
  }
}
