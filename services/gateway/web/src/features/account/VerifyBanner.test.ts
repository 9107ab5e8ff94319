import {render, screen} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {problem, server} from '../../testing/server'
import VerifyBanner from './VerifyBanner.svelte'

describe('the reminder to confirm an address', () => {
  it('sends the email again, once', async () => {
    server.on('POST /users/me/verification', undefined)
    render(VerifyBanner, {dismissable: true})
    expect(screen.getByRole('complementary', {name: 'Confirm your address'})).toHaveTextContent('we sent to maria@example.org')
    await userEvent.click(screen.getByRole('button', {name: 'Send again'}))
    await arrived('POST /users/me/verification')
    expect(await screen.findByText('Sent again.')).toBeVisible()
    expect(screen.getByRole('button', {name: 'Send again'})).toBeDisabled()
  })

  it('says why nothing was sent', async () => {
    server.on('POST /users/me/verification', () => problem(429, {detail: 'Too many emails. Try again in an hour.'}))
    render(VerifyBanner, {dismissable: true})
    await userEvent.click(screen.getByRole('button', {name: 'Send again'}))
    expect(await screen.findByText('Too many emails. Try again in an hour.')).toBeVisible()
    expect(screen.getByRole('button', {name: 'Send again'})).toBeEnabled()
  })

  it('can be put off until the browser is closed, but not in the settings', async () => {
    const {unmount} = render(VerifyBanner, {dismissable: true})
    await userEvent.click(screen.getByRole('button', {name: 'Not now'}))
    expect(screen.queryByRole('complementary')).toBeNull()
    unmount()
    const again = render(VerifyBanner, {dismissable: true})
    expect(screen.queryByRole('complementary')).toBeNull()
    again.unmount()
    render(VerifyBanner, {dismissable: false})
    expect(screen.getByRole('complementary')).toBeVisible()
    expect(screen.queryByRole('button', {name: 'Not now'})).toBeNull()
  })
})
