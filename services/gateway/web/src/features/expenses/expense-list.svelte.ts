import {api} from '../../lib/api/client'
import {explain, unwrap} from '../../lib/api/problem'
import type {Expense} from '../../lib/api/types'

export interface ExpenseFilter {
  text: string
  /** An id or "none"; links may have several, separated by commas. */
  category: string
  payee: string
  tag: string
  currency: string
  from: string
  to: string
  kind: '' | 'expense' | 'income'
  min: string
  max: string
  import: string
  sort: '-spent_on' | 'spent_on' | '-amount' | 'amount'
}

export const noFilter: ExpenseFilter = {text: '', category: '', payee: '', tag: '', currency: '', from: '', to: '', kind: '', min: '', max: '', import: '', sort: '-spent_on'}

const pageSize = 60
const largestPage = 200

/** The filter is kept in the address, so that lists can be linked to and the back button works. */
export function filterFrom(query: URLSearchParams): ExpenseFilter {
  const filter = {...noFilter}
  for (const key of Object.keys(noFilter) as (keyof ExpenseFilter)[]) {
    const value = query.get(key)
    if (value) Object.assign(filter, {[key]: value})
  }
  return filter
}

export function addressOf(filter: ExpenseFilter): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(filter)) {
    if (value && value !== noFilter[key as keyof ExpenseFilter]) query.set(key, value)
  }
  const text = query.toString()
  return text ? `/expenses?${text}` : '/expenses'
}

export const filtersSet = (filter: ExpenseFilter): number =>
  (['category', 'payee', 'tag', 'currency', 'from', 'to', 'kind', 'min', 'max', 'import'] as const).filter((key) => filter[key] !== '').length

export class ExpenseList {
  items = $state.raw<Expense[]>([])
  cursor = $state<string | null>(null)
  loaded = $state(false)
  error = $state('')
  busy = $state(false)
  #filter: ExpenseFilter = noFilter
  #turn = 0
  /** How many rows were requested, whether they have arrived or not. */
  #wanted = pageSize

  /** Loads the first page, or as many rows as were shown before. */
  async show(filter: ExpenseFilter, count = 0): Promise<void> {
    this.#filter = filter
    this.#wanted = Math.max(pageSize, count)
    await this.#load(this.#wanted)
  }

  /** Reloads as many rows as are shown or requested, so that the list does not jump. */
  refresh = (): Promise<void> => this.#load(Math.max(this.#wanted, this.items.length))

  async more(): Promise<void> {
    if (!this.cursor || this.busy) return
    this.#wanted = this.items.length + pageSize
    const turn = ++this.#turn
    await this.#guard(turn, async () => {
      const page = await this.#page(pageSize, this.cursor ?? undefined)
      if (turn !== this.#turn) return
      const known = new Set(this.items.map((expense) => expense.id))
      this.items = [...this.items, ...page.items.filter((expense) => !known.has(expense.id))]
      this.cursor = page.next_cursor
    })
  }

  async #load(count: number): Promise<void> {
    const turn = ++this.#turn
    await this.#guard(turn, async () => {
      let found: Expense[] = []
      let cursor: string | undefined
      do {
        const page = await this.#page(Math.min(largestPage, count - found.length), cursor)
        found = [...found, ...page.items]
        cursor = page.next_cursor ?? undefined
      } while (cursor && found.length < count)
      if (turn !== this.#turn) return
      this.items = found
      this.cursor = cursor ?? null
      this.loaded = true
    })
  }

  #page(limit: number, cursor?: string) {
    const given = Object.fromEntries(Object.entries(this.#filter).filter(([, value]) => value !== '')) as Partial<ExpenseFilter>
    const query = {...given, kind: given.kind || undefined, limit, cursor}
    return unwrap(api.GET('/expenses', {params: {query}}))
  }

  async #guard(turn: number, work: () => Promise<void>): Promise<void> {
    this.busy = true
    try {
      await work()
      if (turn === this.#turn) this.error = ''
    } catch (error) {
      if (turn === this.#turn) this.error = explain(error)
    } finally {
      if (turn === this.#turn) this.busy = false
    }
  }
}
