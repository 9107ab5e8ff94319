import {api} from '../api/client'
import {need} from '../api/problem'
import {addMonths} from '../days/days'
import {session} from '../session/session.svelte'

/** Payees of the last year, for suggestions while typing. */
class Payees {
  names = $state<string[]>([])
  #asked = false

  async load(): Promise<void> {
    if (this.#asked) return
    this.#asked = true
    try {
      const query = {by: 'payee' as const, from: addMonths(session.today, -12)}
      const summary = await need(api.GET('/summary', {params: {query}}))
      this.names = summary.items.map((item) => item.label).filter(Boolean).slice(0, 200)
    } catch {
      // Suggestions are a convenience; without them one types.
      this.#asked = false
    }
  }

  remember(name: string): void {
    if (name && !this.names.includes(name)) this.names = [name, ...this.names]
  }

  /** The category that this payee had the last time. */
  async usualCategory(payee: string): Promise<string | null> {
    if (!this.names.includes(payee)) return null
    try {
      const page = await need(api.GET('/expenses', {params: {query: {payee, limit: 1}}}))
      return page.items[0]?.category_id ?? null
    } catch {
      return null
    }
  }

  clear(): void {
    this.names = []
    this.#asked = false
  }
}

export const payees = new Payees()
