import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {anAlert, somePreferences} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import AlertsPage from './AlertsPage.svelte'

const page = (...items: ReturnType<typeof anAlert>[]) => ({items, unread: items.length, next_cursor: null})

beforeEach(() => {
  server
    .on('GET /alerts', page(anAlert(), anAlert({id: 'alert-2', title: 'Rent is near its limit', kind: 'budget.near'})))
    .on('GET /alerts/preferences', () => somePreferences())
    .on('PATCH /alerts/alert-1', () => anAlert())
    .on('PATCH /alerts/alert-2', () => anAlert())
})

describe('the page of alerts', () => {
  it('marks an alert as read', async () => {
    render(AlertsPage)
    await userEvent.click(await screen.findByRole('button', {name: /^Mark as read ?: Coffee/}))
    expect((await arrived('PATCH /alerts/alert-1')).body).toEqual({read: true})
  })

  it('marks all as read', async () => {
    render(AlertsPage)
    await userEvent.click(await screen.findByRole('button', {name: 'Mark all as read'}))
    expect((await arrived('PATCH /alerts/alert-1')).body).toEqual({read: true})
    expect((await arrived('PATCH /alerts/alert-2')).body).toEqual({read: true})
  })

  it('says why an alert could not be marked', async () => {
    server.on('PATCH /alerts/alert-1', () => problem(503, {detail: 'This service is temporarily unavailable.'}))
    render(AlertsPage)
    await userEvent.click(await screen.findByRole('button', {name: /^Mark as read ?: Coffee/}))
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['This service is temporarily unavailable.']))
  })

  it('shows the unread ones only, on request', async () => {
    render(AlertsPage)
    await screen.findByText('Coffee is over budget')
    server.on('GET /alerts', page())
    await userEvent.click(screen.getByLabelText('Unread only'))
    expect(await screen.findByText('No unread alerts')).toBeVisible()
    expect(server.calls.at(-1)?.path).toContain('unread=true')
  })

  it('says what alerts are when there are none', async () => {
    server.on('GET /alerts', page())
    render(AlertsPage)
    expect(await screen.findByText('No alerts yet')).toBeVisible()
    expect(screen.getByText(/When an expense pushes you over budget, Outlay tells you at once, here and by email/)).toBeVisible()
  })

  it('says that emails to the user have stopped, and starts them again', async () => {
    server.on('GET /alerts/preferences', () => somePreferences({mail: {state: 'stopped', reason: 'Your provider refused it: mailbox full', since: null}}))
    server.on('DELETE /alerts/preferences/mail-stop', undefined)
    render(AlertsPage)
    const banner = await screen.findByRole('complementary', {name: 'Emails to you have stopped'})
    expect(banner).toHaveTextContent(/Alerts are no longer emailed to maria@example\.org\. Your provider refused it: mailbox full\./)
    server.on('GET /alerts/preferences', () => somePreferences())
    await userEvent.click(screen.getByRole('button', {name: 'Try again'}))
    await arrived('DELETE /alerts/preferences/mail-stop')
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull())
    expect(toasts.items.map(({text}) => text)).toEqual(['Alerts are emailed to you again, starting with the next one.'])
  })
})
