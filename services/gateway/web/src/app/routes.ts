import type {Component} from 'svelte'

export interface Route {
  path: string
  title: string
  /** Reachable without a session. */
  open?: boolean
  /** Without navigation around it. */
  bare?: boolean
  load: () => Promise<{default: Component}>
}

export const routes: Route[] = [
  {path: '/', title: 'Overview', load: () => import('../features/dashboard/DashboardPage.svelte')},
  {path: '/expenses', title: 'Expenses', load: () => import('../features/expenses/ExpensesPage.svelte')},
  {path: '/import', title: 'Import', load: () => import('../features/imports/ImportPage.svelte')},
  {path: '/budgets', title: 'Budgets', load: () => import('../features/budgets/BudgetsPage.svelte')},
  {path: '/alerts', title: 'Alerts', load: () => import('../features/alerts/AlertsPage.svelte')},
  {path: '/settings', title: 'Settings', load: () => import('../features/settings/SettingsPage.svelte')},
  {path: '/sign-in', title: 'Sign in', open: true, bare: true, load: () => import('../features/account/SignInPage.svelte')},
  {path: '/sign-up', title: 'Create account', open: true, bare: true, load: () => import('../features/account/SignUpPage.svelte')},
  {path: '/forgot', title: 'Forgotten password', open: true, bare: true, load: () => import('../features/account/ForgotPasswordPage.svelte')},
  {path: '/reset-password', title: 'New password', open: true, bare: true, load: () => import('../features/account/ResetPasswordPage.svelte')},
  {path: '/verify-email', title: 'Confirm email address', open: true, bare: true, load: () => import('../features/account/VerifyEmailPage.svelte')},
  {path: '/unsubscribe', title: 'Unsubscribe', open: true, bare: true, load: () => import('../features/alerts/UnsubscribePage.svelte')},
  {path: '/dev/mail', title: 'Emails', open: true, bare: true, load: () => import('../features/development/DevMailPage.svelte')},
]

const notFound: Route = {path: '', title: 'Page not found', open: true, bare: true, load: () => import('./NotFoundPage.svelte')}

export function routeOf(path: string): Route {
  const plain = path.length > 1 ? path.replace(/\/+$/, '') : path
  return routes.find((route) => route.path === plain) ?? notFound
}
