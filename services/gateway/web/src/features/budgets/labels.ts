import type {Budget, Cycle, Rollover, Standing} from '../../lib/api/types'
import {categories} from '../categories/categories.svelte'

export const stateLabel: Record<Standing['state'], string> = {ok: 'On track', near: 'Near limit', exceeded: 'Over budget'}

export const cycleLabel: Record<Cycle, string> = {
  weekly: 'Every week',
  monthly: 'Every month',
  quarterly: 'Every quarter',
  yearly: 'Every year',
}

export const rolloverLabel: Record<Rollover, string> = {
  none: 'Nothing',
  unspent: 'Unspent amount',
  all: 'Unspent or overspent amount',
}

export function describeCategories(budget: Pick<Budget, 'category_ids' | 'missing_category_ids'>): string {
  if (budget.category_ids.length === 0) return 'All spending'
  if (budget.category_ids.length === budget.missing_category_ids.length) return 'Deleted category'
  const names = budget.category_ids.map((id) => categories.name(id)).filter(Boolean)
  if (names.length === 0) return `${budget.category_ids.length} categories`
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ')
}

/** Whether nothing can count towards a budget: its limit is in another currency, or all its categories were deleted. */
export function isInactive({amount, category_ids, missing_category_ids}: Budget, homeCurrency: string): boolean {
  const noneLeft = category_ids.length > 0 && category_ids.length === missing_category_ids.length
  return amount.currency !== homeCurrency || noneLeft
}

/** Why a budget does not count what it should, and what to do; undefined if all is well. */
export function problemOf(budget: Budget, homeCurrency: string): string | undefined {
  const {amount, category_ids: chosen, missing_category_ids: missing} = budget
  if (amount.currency !== homeCurrency) {
    return `This budget is in ${amount.currency}, but your home currency is ${homeCurrency}, so nothing counts towards it. Edit it to set a limit in ${homeCurrency}.`
  }
  if (missing.length === 0) return undefined
  if (missing.length < chosen.length) return 'A category of this budget was deleted. Edit it to choose another.'
  return 'The category of this budget was deleted, so nothing counts towards it. Edit it to choose another.'
}

/** The budgets that need attention first. */
export const byUrgency = (a: Budget, b: Budget): number => b.current.percent - a.current.percent || a.name.localeCompare(b.name)
