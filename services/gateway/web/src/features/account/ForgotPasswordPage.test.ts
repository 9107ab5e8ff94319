import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {invalid, server} from '../../testing/server'
import ForgotPasswordPage from './ForgotPasswordPage.svelte'

async function request() {
  render(ForgotPasswordPage)
  await userEvent.type(screen.getByLabelText('Email'), 'maria@example.org{Enter}')
}

describe('a forgotten password', () => {
  it('is reset by email, without saying whether there is an account', async () => {
    server.on('POST /password-resets', undefined)
    await request()
    expect((await arrived('POST /password-resets')).body).toEqual({email: 'maria@example.org'})
    expect(await screen.findByRole('status')).toHaveTextContent(
      'If there is an account for maria@example.org, an email with a link to set a new password is on its way.',
    )
    expect(screen.queryByLabelText('Email')).toBeNull()
  })

  it('shows what the server refused at the field', async () => {
    server.on('POST /password-resets', () => invalid('/email', 'This is not an email address.'))
    await request()
    await waitFor(() => expect(screen.getByLabelText('Email')).toHaveAccessibleDescription('This is not an email address.'))
  })
})
