import {toasts} from '../components/toasts.svelte'
import {budgets, isBudget} from '../ledger/budgets.svelte'
import type {LiveEvent} from './live.svelte'

type Data = Record<string, unknown>

const inner = (data: Data, key: string): Data => {
  const value = data[key]
  return typeof value === 'object' && value !== null ? (value as Data) : {}
}
const text = (...candidates: unknown[]): string | undefined =>
  candidates.find((value): value is string => typeof value === 'string' && value !== '')

/** Puts what the live stream said on the screen, and says aloud what somebody must not miss. */
export function tell({name, data}: LiveEvent): void {
  if (name === 'budget.changed' && isBudget(data.budget)) budgets.apply(data.budget)
  if (name === 'budget.exceeded') tellExceeded(data)
  if (name === 'notification.failed') toasts.show('An alert mail could not be delivered. See Alerts for the reason.', 'warning')
}

function tellExceeded(data: Data): void {
  const known = budgets.items.find((budget) => budget.id === data.budget_id)
  const budgetName = text(inner(data, 'budget').name, data.budget_name, data.name, known?.name) ?? 'A budget'
  const expense = {...inner(data, 'tipped_by'), ...inner(data, 'expense')}
  const payee = text(expense.payee, expense.description, data.payee)
  toasts.show(`${budgetName} is exceeded${payee ? ` by ${payee}` : ''}.`, 'danger', {href: '/alerts', label: 'See why'})
}
