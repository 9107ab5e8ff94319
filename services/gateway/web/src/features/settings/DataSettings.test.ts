import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it} from 'vitest'
import {here} from '../../lib/router/router.svelte'
import {session} from '../../lib/session/session.svelte'
import {arrived} from '../../testing/arrived'
import {problem, server} from '../../testing/server'
import DataSettings from './DataSettings.svelte'

async function deleteAccount(password: string) {
  render(DataSettings)
  await userEvent.click(screen.getByRole('button', {name: 'Delete account…'}))
  const dialog = screen.getByRole('dialog', {name: 'Delete your account?'})
  await userEvent.type(within(dialog).getByLabelText('Your password'), password)
  await userEvent.click(within(dialog).getByRole('button', {name: 'Delete everything'}))
}

describe('your data', () => {
  it.each([
    ['Export as CSV', '/api/v1/exports/expenses.csv'],
    ['Export as JSON', '/api/v1/exports/expenses.json'],
  ])('%s', (name, href) => {
    render(DataSettings)
    expect(screen.getByRole('link', {name})).toHaveAttribute('href', href)
    expect(screen.getByRole('link', {name})).toHaveAttribute('download')
  })

  it('is deleted with the account, and nothing stays in this browser', async () => {
    server.on('DELETE /users/me', undefined)
    sessionStorage.setItem('outlay.draft.user-1', '{"amount": "12."}')
    await deleteAccount('pässword')
    expect((await arrived('DELETE /users/me')).headers.get('X-Current-Password')).toBe('p%C3%A4ssword')
    await waitFor(() => expect(here.path).toBe('/sign-in'))
    expect(session.user).toBeNull()
    expect(sessionStorage.length).toBe(0)
  })

  it('stays when the password is wrong', async () => {
    server.on('DELETE /users/me', () => problem(403, {detail: 'Wrong password.'}))
    await deleteAccount('wrong')
    expect(await screen.findByText('Wrong password.')).toBeVisible()
    expect(session.user?.name).toBe('Maria')
  })
})
