import {formatRange} from '../../lib/dates/days'
import {money} from '../../lib/i18n/format'
import type {LiveEvent} from '../../lib/live/live.svelte'
import type {Money} from '../../lib/money/money'
import {session} from '../../lib/session/session.svelte'
import {toasts} from '../../ui/toasts.svelte'

interface Exceeded {
  crossing_id: string
  budget_name: string
  period: {from: string; to: string}
  limit: Money
  spent: Money
  expense: {payee: string; amount: Money} | null
}

interface ImportReviewed {
  import_id: string
  filename: string
  exceedances: (Exceeded & {threshold: number})[]
}

// A stream that was interrupted may repeat events; each is announced once.
const announced = new Set<string>()

function isNew(id: string): boolean {
  const first = !announced.has(id)
  announced.add(id)
  return first
}

/** Shows a message for the live events that nobody should miss. */
export function announce({name, data}: LiveEvent): void {
  if (name === 'budget.exceeded' && !data.import_id) announceExceeded(data as unknown as Exceeded)
  if (name === 'import.reviewed') announceImport(data as unknown as ImportReviewed)
  if (name === 'notification.failed') toasts.show('An alert email could not be delivered. See Alerts for the reason.', 'warning')
}

function announceExceeded(exceeded: Exceeded): void {
  if (!isNew(exceeded.crossing_id)) return
  if (exceeded.period.to < session.today) announcePast(exceeded)
  else toasts.show(describe(exceeded), 'danger', {href: '/alerts', label: 'See why'})
}

/** One message for each import, however many budgets it pushed over their limits. */
function announceImport({import_id, filename, exceedances}: ImportReviewed): void {
  if (!isNew(import_id)) return
  const current = exceedances.filter(({threshold, period}) => threshold === 100 && period.to >= session.today)
  const [first] = current
  if (!first) return
  const text = current.length === 1 ? describe(first) : `The import of ${filename} pushed ${current.length} budgets over their limits.`
  toasts.show(text, 'danger', {href: '/alerts', label: 'See why'})
}

// A new budget can be over in dozens of past periods, all reported within a second.
let past: Exceeded[] = []
let pastTimer: number | undefined
const pastPause = 500

function announcePast(exceeded: Exceeded): void {
  past.push(exceeded)
  window.clearTimeout(pastTimer)
  pastTimer = window.setTimeout(() => {
    toasts.show(describePast(past), 'warning', {href: '/budgets', label: 'See the history'})
    past = []
  }, pastPause)
}

function describePast(exceeded: Exceeded[]): string {
  const [first] = exceeded
  if (first && exceeded.length === 1) return describe(first)
  const names = new Set(exceeded.map(({budget_name}) => budget_name))
  const subject = names.size === 1 ? `${[...names][0]} was` : `${names.size} budgets were`
  return `${subject} over budget in ${exceeded.length} past periods.`
}

function describe({budget_name, period, limit, spent, expense}: Exceeded): string {
  const budget =
    period.to < session.today
      ? `${budget_name} was over budget in ${formatRange(period.from, period.to, session.locale)}`
      : `${budget_name} is over budget`
  const cause = expense ? ` Pushed over by ${expense.payee || 'an expense'} (${money(expense.amount)}).` : ''
  return `${budget}: ${money(spent)} of ${money(limit)}.${cause}`
}
