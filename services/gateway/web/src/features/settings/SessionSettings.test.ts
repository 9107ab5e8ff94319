import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aSession} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import SessionSettings from './SessionSettings.svelte'

const phone = aSession({id: 'phone', user_agent: 'Mozilla/5.0 (Android 15; Mobile) Chrome/140.0 Mobile Safari/537.36'})

beforeEach(() => {
  server.on('GET /users/me/sessions', {items: [aSession({current: true}), phone]}).on('DELETE /users/me/sessions/phone', undefined)
})

describe('the active sessions', () => {
  it('name the browsers, and when each was used', async () => {
    render(SessionSettings)
    const [here, other] = await screen.findAllByRole('listitem')
    expect(here).toHaveTextContent(/Firefox on Linux this browser Signed in 20 Nov 2026, 08:00, last seen/)
    expect(other).toHaveTextContent('Chrome on Android')
  })

  it('can be ended, but for the one in use', async () => {
    render(SessionSettings)
    const [here] = await screen.findAllByRole('listitem')
    expect(within(here!).queryByRole('button')).toBeNull()
    server.on('GET /users/me/sessions', {items: [aSession({current: true})]})
    await userEvent.click(screen.getByRole('button', {name: /^Revoke ?: Chrome on Android$/}))
    await arrived('DELETE /users/me/sessions/phone')
    await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(1))
  })

  it('say why one could not be ended', async () => {
    server.on('DELETE /users/me/sessions/phone', () => problem(503, {detail: 'This service is temporarily unavailable.'}))
    render(SessionSettings)
    await userEvent.click(await screen.findByRole('button', {name: /^Revoke ?: Chrome on Android$/}))
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['This service is temporarily unavailable.']))
  })
})
