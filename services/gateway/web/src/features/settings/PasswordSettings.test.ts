import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {invalid, server} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import PasswordSettings from './PasswordSettings.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  server.on('POST /users/me/password', undefined)
  render(PasswordSettings)
})

async function change(current = 'a long enough passphrase') {
  await user.type(screen.getByLabelText('Current password'), current)
  await user.type(screen.getByLabelText('New password'), 'another long passphrase')
  await user.click(screen.getByRole('button', {name: 'Change password'}))
}

describe('the password', () => {
  it('is changed, and the fields are emptied', async () => {
    await change()
    expect((await arrived('POST /users/me/password')).body).toEqual({
      current_password: 'a long enough passphrase', new_password: 'another long passphrase', revoke_tokens: false,
    })
    await waitFor(() => expect(screen.getByLabelText('New password')).toHaveValue(''))
    expect(screen.getByLabelText('Current password')).toHaveValue('')
    expect(toasts.items.map(({text}) => text)).toEqual(['Password changed. All other sessions have been signed out.'])
  })

  it('is changed together with the access tokens, if the user wants that', async () => {
    await user.click(screen.getByLabelText('Also revoke all access tokens'))
    await change()
    expect((await arrived('POST /users/me/password')).body).toMatchObject({revoke_tokens: true})
    await waitFor(() => expect(toasts.items.at(-1)?.text).toBe('Password changed. All other sessions have been signed out, and all access tokens revoked.'))
    expect(screen.getByLabelText('Also revoke all access tokens')).not.toBeChecked()
  })

  it.each([
    ['/current_password', 'Current password', 'Wrong password.'],
    ['/new_password', 'New password', 'This password is too common.'],
  ])('shows what the server refused at %s, and keeps what was typed', async (pointer, label, message) => {
    server.on('POST /users/me/password', () => invalid(pointer, message))
    await change('wrong')
    await waitFor(() => expect(screen.getByLabelText(label)).toHaveAccessibleDescription(expect.stringContaining(message)))
    expect(screen.getByLabelText('Current password')).toHaveValue('wrong')
    expect(toasts.items).toEqual([])
  })
})
