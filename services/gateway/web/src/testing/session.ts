import {budgets} from '../features/budgets/budgets.svelte'
import {categories} from '../features/categories/categories.svelte'
import {payees} from '../features/expenses/payees.svelte'
import type {User} from '../lib/api/types'
import {session} from '../lib/session/session.svelte'
import {toasts} from '../ui/toasts.svelte'
import {aUser} from './builders'

/** Signs a user in, as after the page was loaded. */
export function signIn(user: Partial<User> = {}): void {
  session.user = aUser(user)
}

/** Empties what lives as long as the page. */
export function signOut(): void {
  session.user = null
  categories.clear()
  budgets.clear()
  payees.clear()
  toasts.items = []
}
