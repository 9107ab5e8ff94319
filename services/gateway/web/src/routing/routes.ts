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
  {path: '/', title: 'Overview', load: () => import('../routes/Dashboard.svelte')},
  {path: '/expenses', title: 'Expenses', load: () => import('../routes/Expenses.svelte')},
  {path: '/import', title: 'Import', load: () => import('../routes/Import.svelte')},
  {path: '/budgets', title: 'Budgets', load: () => import('../routes/Budgets.svelte')},
  {path: '/alerts', title: 'Alerts', load: () => import('../routes/Alerts.svelte')},
  {path: '/settings', title: 'Settings', load: () => import('../routes/Settings.svelte')},
  {path: '/sign-in', title: 'Sign in', open: true, bare: true, load: () => import('../routes/SignIn.svelte')},
  {path: '/sign-up', title: 'Create account', open: true, bare: true, load: () => import('../routes/SignUp.svelte')},
  {path: '/forgot', title: 'Forgotten password', open: true, bare: true, load: () => import('../routes/Forgot.svelte')},
  {path: '/reset-password', title: 'New password', open: true, bare: true, load: () => import('../routes/ResetPassword.svelte')},
  {path: '/verify-email', title: 'Verify e-mail', open: true, bare: true, load: () => import('../routes/VerifyEmail.svelte')},
  {path: '/unsubscribe', title: 'Stop mails', open: true, bare: true, load: () => import('../routes/Unsubscribe.svelte')},
  {path: '/dev/mail', title: 'Mail', open: true, bare: true, load: () => import('../routes/DevMail.svelte')},
]

const notFound: Route = {path: '', title: 'Not found', open: true, bare: true, load: () => import('../routes/NotFound.svelte')}

export function routeOf(path: string): Route {
  const plain = path.length > 1 ? path.replace(/\/+$/, '') : path
  return routes.find((route) => route.path === plain) ?? notFound
}
