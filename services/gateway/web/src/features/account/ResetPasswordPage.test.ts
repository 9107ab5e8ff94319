import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it} from 'vitest'
import {goTo, here} from '../../lib/router/router.svelte'
import {session} from '../../lib/session/session.svelte'
import {arrived} from '../../testing/arrived'
import {invalid, problem, server} from '../../testing/server'
import ResetPasswordPage from './ResetPasswordPage.svelte'

async function setPassword() {
  goTo('/reset-password#token=secret')
  render(ResetPasswordPage)
  await userEvent.type(screen.getByLabelText('New password'), 'another passphrase{Enter}')
}

describe('a new password', () => {
  it('is set with the secret of the link, which leaves the address bar', async () => {
    server.on('PUT /password-resets/secret', undefined)
    await setPassword()
    expect((await arrived('PUT /password-resets/secret')).body).toEqual({password: 'another passphrase'})
    await waitFor(() => expect(here.path + here.search).toBe('/sign-in?reset'))
    expect(window.location.href).not.toContain('secret')
    expect(session.user).toBeNull()
  })

  it('says that the link has expired', async () => {
    server.on('PUT /password-resets/secret', () => problem(404))
    await setPassword()
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('This link has expired or has already been used. Request a new one.'))
    expect(screen.getByRole('link', {name: 'Request a new link'})).toHaveAttribute('href', '/forgot')
  })

  it('shows what the server refused at the field', async () => {
    server.on('PUT /password-resets/secret', () => invalid('/password', 'This password is too common.'))
    await setPassword()
    await waitFor(() => expect(screen.getByLabelText('New password')).toHaveAccessibleDescription(/^This password is too common/))
  })

  it('cannot be set with half a link', () => {
    goTo('/reset-password')
    render(ResetPasswordPage)
    expect(screen.getByText('The link is incomplete. Open it again from the email, or request a new one.')).toBeVisible()
    expect(screen.queryByLabelText('New password')).toBeNull()
  })
})
