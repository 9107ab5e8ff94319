import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {session} from '../../lib/session/session.svelte'
import {arrived} from '../../testing/arrived'
import {aUser} from '../../testing/builders'
import {invalid, problem, server} from '../../testing/server'
import SignUpPage from './SignUpPage.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  session.user = null
  server.on('POST /users', () => aUser())
  render(SignUpPage)
})

async function signUp() {
  await user.type(screen.getByLabelText('Your name'), ' Maria ')
  await user.type(screen.getByLabelText('Email'), ' maria@example.org ')
  await user.type(screen.getByLabelText('Password'), 'a long enough passphrase')
  await user.selectOptions(screen.getByLabelText('Home currency'), 'CHF')
  await user.selectOptions(screen.getByLabelText('Time zone'), 'UTC')
  await user.click(screen.getByRole('button', {name: 'Create account'}))
}

describe('sign-up', () => {
  it('creates an account and signs in', async () => {
    await signUp()
    expect((await arrived('POST /users')).body).toEqual({
      name: 'Maria', email: 'maria@example.org', password: 'a long enough passphrase', home_currency: 'CHF', time_zone: 'UTC',
      locale: navigator.language,
    })
    await waitFor(() => expect(session.user?.name).toBe('Maria'))
  })

  it('says what Outlay does', () => {
    expect(screen.getByText('When an expense pushes you over budget, Outlay tells you at once, exactly once, and names the expense.')).toBeVisible()
  })

  it.each([
    ['/email', 'Email', 'This is not an email address.'],
    ['/password', 'Password', 'This password is too common.'],
    ['/home_currency', 'Home currency', 'Unknown currency.'],
    ['/time_zone', 'Time zone', 'Unknown time zone.'],
    ['/locale', 'Language and region', 'Unknown language.'],
  ])('shows what the server refused at %s', async (pointer, label, message) => {
    server.on('POST /users', () => invalid(pointer, message))
    await signUp()
    await waitFor(() => expect(screen.getByLabelText(label)).toHaveAccessibleDescription(expect.stringContaining(message)))
    expect(session.user).toBeNull()
    expect(screen.getByLabelText('Your name')).toHaveValue(' Maria ')
  })

  it('says that the address is taken', async () => {
    server.on('POST /users', () => problem(409, {detail: 'There is already an account with this address.'}))
    await signUp()
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('There is already an account with this address.'))
  })

  it('asks for at least ten characters', () => {
    expect(screen.getByLabelText('Password')).toHaveAttribute('minlength', '10')
    expect(screen.getByLabelText('Password')).toHaveAccessibleDescription('At least 10 characters; a few words work best.')
  })
})
