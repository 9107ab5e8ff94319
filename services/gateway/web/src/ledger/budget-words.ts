import type {Budget, Cycle, Rollover, Standing} from '../api/types'
import {categories} from './categories.svelte'

export const stateWord: Record<Standing['state'], string> = {ok: 'Within', near: 'Nearly spent', exceeded: 'Exceeded'}

export const cycleWord: Record<Cycle, string> = {
  weekly: 'Every week',
  monthly: 'Every month',
  quarterly: 'Every quarter',
  yearly: 'Every year',
}

export const rolloverWord: Record<Rollover, string> = {
  none: 'Nothing',
  unspent: 'What is left',
  all: 'What is left or overspent',
}

export function describeCategories(budget: Pick<Budget, 'category_ids'>): string {
  if (budget.category_ids.length === 0) return 'All spending'
  const names = budget.category_ids.map((id) => categories.name(id)).filter(Boolean)
  if (names.length === 0) return `${budget.category_ids.length} categories`
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ')
}

/** The budgets that need attention first. */
export const byUrgency = (a: Budget, b: Budget): number => b.current.percent - a.current.percent || a.name.localeCompare(b.name)
