import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aToken} from '../../testing/builders'
import {invalid, problem, server} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import TokenSettings from './TokenSettings.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup()
  server
    .on('GET /users/me/tokens', {items: [aToken()]})
    .on('POST /users/me/tokens', {...aToken({id: 'token-2'}), token: 'outlay_secret'})
    .on('DELETE /users/me/tokens/token-1', undefined)
})

async function create(password = 'a long enough passphrase') {
  await user.type(screen.getByLabelText('Token name'), ' backup script ')
  await user.type(screen.getByLabelText('Your password'), password)
  await user.click(screen.getByRole('button', {name: 'Create token'}))
}

describe('the access tokens', () => {
  it('are listed with what they may do, and when they were made and used', async () => {
    const writer = aToken({id: 't2', name: 'sync', scopes: ['read', 'write'], last_used_at: '2026-11-21T09:00:00Z', expires_at: '2026-12-24T09:00:00Z'})
    server.on('GET /users/me/tokens', {items: [aToken(), writer]})
    render(TokenSettings)
    const [first, second] = await screen.findAllByRole('listitem')
    expect(first).toHaveTextContent(/backup read only Created 20 Nov 2026, 08:00, never used, never expires/)
    expect(second).toHaveTextContent(/sync read and write .*last used 21 Nov 2026, 09:00, expires 24 Dec 2026, 09:00/)
  })

  it('are created with access and lifetime, and shown once', async () => {
    render(TokenSettings)
    await user.selectOptions(screen.getByLabelText('Access'), 'Read and write')
    await user.selectOptions(screen.getByLabelText('Expires'), 'never')
    await create()
    expect((await arrived('POST /users/me/tokens')).body).toEqual({
      name: 'backup script', scopes: ['read', 'write'], expires_at: null, current_password: 'a long enough passphrase',
    })
    expect(await screen.findByText('outlay_secret')).toBeVisible()
    expect(screen.getByRole('status')).toHaveTextContent('Copy this token now. It will not be shown again.')
    expect(screen.getByLabelText('Your password')).toHaveValue('')
    await user.click(screen.getByRole('button', {name: 'Copy'}))
    await waitFor(async () => expect(await navigator.clipboard.readText()).toBe('outlay_secret'))
    await user.click(screen.getByRole('button', {name: 'Done'}))
    expect(screen.queryByText('outlay_secret')).toBeNull()
  })

  it('expire in 90 days unless another lifetime is chosen', async () => {
    render(TokenSettings)
    await create()
    const {expires_at, scopes} = (await arrived('POST /users/me/tokens')).body as {expires_at: string; scopes: string[]}
    expect(Math.round((Date.parse(expires_at) - Date.now()) / 86_400_000)).toBe(90)
    expect(scopes).toEqual(['read'])
  })

  it('are not created with a wrong password', async () => {
    server.on('POST /users/me/tokens', () => invalid('/current_password', 'Wrong password.'))
    render(TokenSettings)
    await create('wrong')
    await waitFor(() => expect(screen.getByLabelText('Your password')).toHaveAccessibleDescription('Wrong password.'))
    expect(screen.getByLabelText('Token name')).toHaveValue(' backup script ')
  })

  it('can be revoked', async () => {
    render(TokenSettings)
    const button = await screen.findByRole('button', {name: /^Revoke ?: backup$/})
    server.on('GET /users/me/tokens', {items: []})
    await user.click(button)
    await arrived('DELETE /users/me/tokens/token-1')
    expect(await screen.findByText('No access tokens')).toBeVisible()
  })

  it('say why one could not be revoked', async () => {
    server.on('DELETE /users/me/tokens/token-1', () => problem(503, {detail: 'This service is temporarily unavailable.'}))
    render(TokenSettings)
    await user.click(await screen.findByRole('button', {name: /^Revoke ?: backup$/}))
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['This service is temporarily unavailable.']))
    expect(screen.getByText('backup')).toBeVisible()
  })
})
