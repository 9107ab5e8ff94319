import {api} from '../../lib/api/client'
import {unwrap} from '../../lib/api/problem'
import {addMonths} from '../../lib/dates/days'
import {session} from '../../lib/session/session.svelte'

/** Payees of the last year, for suggestions while typing. */
class Payees {
  names = $state<string[]>([])
  #asked = false

  async load(): Promise<void> {
    if (this.#asked) return
    this.#asked = true
    try {
      const query = {by: 'payee' as const, from: addMonths(session.today, -12)}
      const summary = await unwrap(api.GET('/summary', {params: {query}}))
      this.names = summary.items.map((item) => item.label).filter(Boolean).slice(0, 200)
    } catch {
      // Suggestions are a convenience; the form works without them.
      this.#asked = false
    }
  }

  remember(name: string): void {
    if (name && !this.names.includes(name)) this.names = [name, ...this.names]
  }

  /** The known spelling of a payee that differs from what was typed in case only. */
  known(typed: string): string {
    const lower = typed.toLowerCase()
    return this.names.includes(typed) ? typed : (this.names.find((name) => name.toLowerCase() === lower) ?? typed)
  }

  /** The category of most entries with this payee. */
  async usualCategory(payee: string): Promise<string | null> {
    return (await unwrap(api.GET('/suggestions/category', {params: {query: {payee: this.known(payee)}}}))).category_id
  }

  clear(): void {
    this.names = []
    this.#asked = false
  }
}

export const payees = new Payees()
