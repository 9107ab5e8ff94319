import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {session} from '../../lib/session/session.svelte'
import {arrived} from '../../testing/arrived'
import {aBudget, aUser} from '../../testing/builders'
import {invalid, problem, server} from '../../testing/server'
import {signIn} from '../../testing/session'
import {toasts} from '../../ui/toasts.svelte'
import ProfileSettings from './ProfileSettings.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  server.on('PATCH /users/me', ({body}: {body: object}) => aUser({version: 4, ...body}))
})

const save = () => user.click(screen.getByRole('button', {name: 'Save profile'}))
const messages = () => toasts.items.map(({text}) => text)

async function write(label: string, text: string) {
  const field = screen.getByLabelText(label)
  await user.clear(field)
  await user.type(field, text)
}

describe('the profile', () => {
  it('sends only what was changed, for the version that was shown', async () => {
    render(ProfileSettings)
    await write('Your name', 'Maria Rossi ')
    await user.selectOptions(screen.getByLabelText('Time zone'), 'Europe/Rome')
    await write('Language and region', 'it-IT')
    await save()
    const {body, headers} = await arrived('PATCH /users/me')
    expect(headers.get('If-Match')).toBe('"3"')
    expect(body).toEqual({name: 'Maria Rossi', time_zone: 'Europe/Rome', locale: 'it-IT'})
    await waitFor(() => expect(messages()).toEqual(['Saved.']))
    expect(session.user?.name).toBe('Maria Rossi')
  })

  it('sends nothing if nothing was changed', async () => {
    render(ProfileSettings)
    await save()
    expect(messages()).toEqual(['No changes to save.'])
    expect(server.calls).toEqual([])
  })

  it('asks for the password to change the address', async () => {
    render(ProfileSettings)
    expect(screen.queryByLabelText('Your password, to confirm the new address')).toBeNull()
    await write('Email', 'new@example.org')
    await user.type(screen.getByLabelText('Your password, to confirm the new address'), 'a long enough passphrase')
    await save()
    expect((await arrived('PATCH /users/me')).body).toEqual({email: 'new@example.org', current_password: 'a long enough passphrase'})
    await waitFor(() => expect(messages()).toEqual(['Saved. Open the link we sent to new@example.org to confirm it.']))
  })

  it('shows that the password was wrong at its field', async () => {
    server.on('PATCH /users/me', () => invalid('/current_password', 'Wrong password.'))
    render(ProfileSettings)
    await write('Email', 'new@example.org')
    await user.type(screen.getByLabelText('Your password, to confirm the new address'), 'wrong')
    await save()
    await waitFor(() => expect(screen.getByLabelText('Your password, to confirm the new address')).toHaveAccessibleDescription('Wrong password.'))
    expect(session.user?.email).toBe('maria@example.org')
  })

  it.each([
    [{}, 'Confirmed.'],
    [{email_verified: false}, 'Not verified yet.'],
    [{pending_email: 'new@example.org'}, 'Changes to new@example.org once you open the link in the email we sent there.'],
  ])('says how far the address is: %o', (given, hint) => {
    signIn(given)
    render(ProfileSettings)
    expect(screen.getByLabelText('Email')).toHaveAccessibleDescription(hint)
  })

  it('says if it was changed elsewhere meanwhile', async () => {
    server.on('PATCH /users/me', () => problem(412, {detail: 'Your profile was changed meanwhile.'}))
    render(ProfileSettings)
    await write('Your name', 'Mia')
    await save()
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Your profile was changed meanwhile.'))
  })
})

describe('another home currency', () => {
  async function change(rate: string | null, budgets = [aBudget(), aBudget({id: 'b2', name: 'Old', amount: {amount: '5.00', currency: 'CHF'}})]) {
    server.on('GET /budgets', {items: budgets, next_cursor: null}).on('GET /exchange-rate', {from: 'EUR', to: 'USD', rate, as_of: '2026-11-20'})
    render(ProfileSettings)
    await user.selectOptions(screen.getByLabelText('Home currency'), 'USD')
    await save()
    return screen.getByRole('dialog', {name: 'Change home currency from EUR to USD?'})
  }

  it('is confirmed first, with what becomes of the budgets', async () => {
    const dialog = await change('1.125')
    const rows = within(await within(dialog).findByRole('table')).getAllByRole('row').slice(1)
    expect(rows.map(({textContent}) => textContent?.replace(/\s+/g, ' ').trim())).toEqual(['Coffee€100.00$112.50'])
    expect(dialog).toHaveTextContent('1 EUR = 1.125 USD')
    expect(server.sent('PATCH /users/me')).toEqual([])
    await user.click(within(dialog).getByRole('button', {name: 'Change to USD'}))
    expect((await arrived('PATCH /users/me')).body).toEqual({home_currency: 'USD'})
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(session.homeCurrency).toBe('USD')
  })

  it('warns when there is no exchange rate', async () => {
    const dialog = await change(null)
    await waitFor(() => expect(dialog).toHaveTextContent('There is no exchange rate from EUR to USD.'))
    expect(dialog).toHaveTextContent('Amounts and budget limits in EUR keep their numbers. Check them afterwards.')
  })

  it('can be left as it was', async () => {
    const dialog = await change('1.125', [])
    await user.click(await within(dialog).findByRole('button', {name: 'Keep EUR'}))
    expect(server.sent('PATCH /users/me')).toEqual([])
    expect(session.homeCurrency).toBe('EUR')
  })
})
