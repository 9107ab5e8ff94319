import {api} from '../../lib/api/client'
import {unwrap} from '../../lib/api/problem'
import type {Budget} from '../../lib/api/types'
import type {LiveEvent} from '../../lib/live/live.svelte'

/** The current budgets, shared by all pages and kept up to date by the live stream. */
class Budgets {
  items = $state<Budget[]>([])
  loaded = $state(false)

  exceeded = $derived(this.items.filter((budget) => budget.current.state === 'exceeded'))
  near = $derived(this.items.filter((budget) => budget.current.state === 'near'))

  async load(): Promise<void> {
    const found: Budget[] = []
    let cursor: string | undefined
    do {
      const page = await unwrap(api.GET('/budgets', {params: {query: {limit: 200, cursor}}}))
      found.push(...page.items)
      cursor = page.next_cursor ?? undefined
    } while (cursor)
    this.items = found
    this.loaded = true
  }

  /** Applies an event that changed or removed a budget. */
  apply = ({name, data}: LiveEvent): void => {
    if (name === 'budget.changed' && isBudget(data.budget)) this.#put(data.budget)
    if (name === 'budget.removed') this.items = this.items.filter((budget) => budget.id !== data.budget_id)
  }

  #put(budget: Budget): void {
    const index = this.items.findIndex((known) => known.id === budget.id)
    if (index >= 0) this.items[index] = budget
    else if (this.loaded) this.items.push(budget)
  }

  clear(): void {
    this.items = []
    this.loaded = false
  }
}

export const budgets = new Budgets()

function isBudget(value: unknown): value is Budget {
  if (typeof value !== 'object' || value === null) return false
  const budget = value as Partial<Budget>
  return typeof budget.id === 'string' && typeof budget.current?.state === 'string' && typeof budget.current.spent?.amount === 'string'
}
