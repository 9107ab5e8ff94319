import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {goTo} from '../../lib/router/router.svelte'
import {session} from '../../lib/session/session.svelte'
import {arrived} from '../../testing/arrived'
import {aUser} from '../../testing/builders'
import {problem, server, unreachable} from '../../testing/server'
import SignInPage from './SignInPage.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  session.user = null
  goTo('/sign-in')
  server.on('POST /session', () => aUser())
})

async function signIn(password = 'a long enough passphrase') {
  await user.type(screen.getByLabelText('Email'), ' maria@example.org ')
  await user.type(screen.getByLabelText('Password'), `${password}{Enter}`)
}

describe('sign-in', () => {
  it('starts a session', async () => {
    render(SignInPage)
    await signIn()
    expect((await arrived('POST /session')).body).toEqual({email: 'maria@example.org', password: 'a long enough passphrase'})
    await waitFor(() => expect(session.user?.name).toBe('Maria'))
  })

  it('says that the password is wrong, and empties only that field', async () => {
    server.on('POST /session', () => problem(401, {detail: 'Wrong email or password.'}))
    render(SignInPage)
    await signIn('not the password')
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Wrong email or password.'))
    expect(screen.getByLabelText('Password')).toHaveValue('')
    expect(screen.getByLabelText<HTMLInputElement>('Email').value).toContain('maria@example.org')
    expect(session.user).toBeNull()
  })

  it('says that there is no connection', async () => {
    server.on('POST /session', unreachable)
    render(SignInPage)
    await signIn()
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Outlay cannot be reached. Check your connection and try again.'))
  })

  it('leads to sign-up and to a new password', () => {
    render(SignInPage)
    expect(screen.getByRole('link', {name: 'Create an account'})).toHaveAttribute('href', '/sign-up')
    expect(screen.getByRole('link', {name: 'Forgotten your password?'})).toHaveAttribute('href', '/forgot')
  })

  it('confirms that the password was changed', () => {
    goTo('/sign-in?reset')
    render(SignInPage)
    expect(screen.getByText('Your password has been changed. Sign in with the new one.')).toBeVisible()
  })
})
