import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it} from 'vitest'
import {goTo} from '../../lib/router/router.svelte'
import {arrived} from '../../testing/arrived'
import {problem, server} from '../../testing/server'
import UnsubscribePage from './UnsubscribePage.svelte'

function open(address = '/unsubscribe#token=secret&kind=budget.exceeded') {
  goTo(address)
  render(UnsubscribePage)
}
const confirm = () => userEvent.click(screen.getByRole('button', {name: 'Unsubscribe'}))

describe('the link to unsubscribe', () => {
  it('asks first, and then stops that kind of email', async () => {
    server.on('POST /unsubscribe/secret', {kind: 'budget.exceeded'})
    open()
    expect(screen.getByText('Stop emails about going over budget?')).toBeVisible()
    expect(server.calls).toEqual([])
    await confirm()
    const {body, headers} = await arrived('POST /unsubscribe/secret')
    expect(headers.get('Content-Type')).toMatch(/^application\/x-www-form-urlencoded/)
    expect(String(body)).toBe('List-Unsubscribe=One-Click')
    expect(await screen.findByRole('heading', {name: 'Unsubscribed'})).toBeVisible()
    expect(screen.getByRole('status')).toHaveTextContent('You will get no more emails about going over budget. Outlay still shows you these alerts.')
  })

  it('says why it did not work', async () => {
    server.on('POST /unsubscribe/secret', () => problem(404, {detail: 'This link is not valid.'}))
    open()
    await confirm()
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('This link is not valid.'))
  })

  it('says that half of it is missing', () => {
    open('/unsubscribe')
    expect(screen.getByText(/^The link is incomplete\./)).toBeVisible()
    expect(screen.queryByRole('button')).toBeNull()
  })
})
