import {render, screen} from '@testing-library/svelte'
import {describe, expect, it} from 'vitest'
import {goTo} from '../../lib/router/router.svelte'
import {aUser} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import VerifyEmailPage from './VerifyEmailPage.svelte'

function open(address = '/verify-email#token=secret') {
  goTo(address)
  render(VerifyEmailPage)
}

describe('the link that verifies an address', () => {
  it('is used at once', async () => {
    server.on('PUT /email-verifications/secret', undefined).on('GET /users/me', () => aUser())
    open()
    expect(await screen.findByText('Your email address is confirmed. From now on, alerts reach you by email.')).toBeVisible()
  })

  it.each([
    [404, 'This link has expired or has already been used. Sign in to get a new one.'],
    [409, 'This address now belongs to another account. Your address has not changed.'],
  ])('says what is wrong after %d', async (status, message) => {
    server.on('PUT /email-verifications/secret', () => problem(status))
    open()
    expect(await screen.findByRole('alert')).toHaveTextContent(message)
  })

  it('says that half of it is missing', async () => {
    open('/verify-email')
    expect(await screen.findByRole('alert')).toHaveTextContent('The link is incomplete. Open it again from the email.')
  })
})
