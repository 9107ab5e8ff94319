import {toasts} from '../components/toasts.svelte'
import {formatRange} from '../days/days'
import {budgets, isBudget} from '../ledger/budgets.svelte'
import type {Money} from '../money/money'
import {money, session} from '../session/session.svelte'
import type {LiveEvent} from './live.svelte'

interface Exceeded {
  crossing_id: string
  budget_name: string
  period: {from: string; to: string}
  limit: Money
  spent: Money
  expense: {payee: string; amount: Money} | null
}

interface Reviewed {
  import_id: string
  filename: string
  exceedances: (Exceeded & {threshold: number})[]
}

// A stream that was interrupted may repeat itself; a person is told once.
const told = new Set<string>()

/** Puts what the live stream said on the screen, and says aloud what somebody must not miss. */
export function tell({name, data}: LiveEvent): void {
  if (name === 'budget.changed' && isBudget(data.budget)) budgets.apply(data.budget)
  if (name === 'budget.removed' && typeof data.budget_id === 'string') budgets.drop(data.budget_id)
  if (name === 'budget.exceeded' && !data.import_id) tellExceeded(data as unknown as Exceeded)
  if (name === 'import.reviewed') tellOfImport(data as unknown as Reviewed)
  if (name === 'notification.failed') toasts.show('An alert mail could not be delivered. See Alerts for the reason.', 'warning')
  if (name === 'user.changed') void session.load().catch(() => {})
}

function tellExceeded(exceeded: Exceeded): void {
  if (told.has(exceeded.crossing_id)) return
  told.add(exceeded.crossing_id)
  if (exceeded.period.to < session.today) return tellOfThePast(exceeded)
  toasts.show(describe(exceeded), 'danger', {href: '/alerts', label: 'See why'})
}

/** An import is told of once, whatever it exceeded. */
function tellOfImport({import_id, filename, exceedances}: Reviewed): void {
  if (told.has(import_id)) return
  told.add(import_id)
  const now = exceedances.filter((one) => one.threshold === 100 && one.period.to >= session.today)
  const [first] = now
  if (!first) return
  const text = now.length === 1 ? describe(first) : `After the import of ${filename}, ${now.length} budgets are exceeded.`
  toasts.show(text, 'danger', {href: '/alerts', label: 'See why'})
}

// A new budget can find dozens of past periods exceeded, all within a second.
let past: Exceeded[] = []
let pastTimer: number | undefined

function tellOfThePast(exceeded: Exceeded): void {
  past.push(exceeded)
  window.clearTimeout(pastTimer)
  pastTimer = window.setTimeout(() => {
    const [first] = past
    const names = new Set(past.map((one) => one.budget_name))
    const who = names.size === 1 ? [...names][0] : `${names.size} budgets`
    const text = past.length === 1 && first ? describe(first) : `${who} ${names.size === 1 ? 'was' : 'were'} exceeded in ${past.length} past periods.`
    past = []
    toasts.show(text, 'warning', {href: '/budgets', label: 'See the history'})
  }, 500)
}

function describe({budget_name, period, limit, spent, expense}: Exceeded): string {
  const cause = expense ? ` by ${expense.payee || 'an expense'} (${money(expense.amount)})` : ''
  const past = period.to < session.today ? ` in ${formatRange(period.from, period.to, session.locale)}` : ''
  return `${budget_name} is exceeded${past}${cause}: ${money(spent)} of ${money(limit)}.`
}
