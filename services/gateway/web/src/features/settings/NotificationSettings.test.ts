import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {somePreferences} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import NotificationSettings from './NotificationSettings.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  server.on('GET /alerts/preferences', () => somePreferences())
})

async function show() {
  render(NotificationSettings)
  await screen.findByRole('table')
}
const box = (name: string) => screen.getByRole('checkbox', {name})

describe('the notification settings', () => {
  it('show what is on, by kind and channel', async () => {
    await show()
    expect(screen.getAllByRole('columnheader').map(({textContent}) => textContent)).toEqual(['Notify me when', 'In Outlay', 'By email'])
    expect(box('A budget is over its limit: By email')).toBeChecked()
    expect(box('A budget is near its limit: By email')).not.toBeChecked()
    expect(box('A file is imported: In Outlay')).toBeChecked()
  })

  it('save a change at once, for the version that was shown', async () => {
    server.on('PUT /alerts/preferences', ({body}: {body: object}) => somePreferences({version: 5, ...body}))
    await show()
    await user.click(box('A budget is near its limit: By email'))
    const {body, headers} = await arrived('PUT /alerts/preferences')
    expect(headers.get('If-Match')).toBe('"4"')
    expect(body).toEqual({
      kinds: {'budget.exceeded': {app: true, mail: true}, 'budget.near': {app: true, mail: true}, 'import.completed': {app: true, mail: false}},
    })
    await waitFor(() => expect(box('A budget is near its limit: By email')).toBeEnabled())
    expect(box('A budget is near its limit: By email')).toBeChecked()
  })

  it('say why a change was refused, and show again what holds', async () => {
    server.on('PUT /alerts/preferences', () => problem(412, {detail: 'Your settings were changed meanwhile.'}))
    await show()
    await user.click(box('A budget is over its limit: By email'))
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['Your settings were changed meanwhile.']))
    await waitFor(() => expect(box('A budget is over its limit: By email')).toBeEnabled())
    expect(server.sent('GET /alerts/preferences').length).toBeGreaterThan(1)
  })

  it('say that they could not be loaded', async () => {
    server.on('GET /alerts/preferences', () => problem(503, {detail: 'This service is temporarily unavailable.'}))
    render(NotificationSettings)
    expect(await screen.findByRole('alert')).toHaveTextContent('This service is temporarily unavailable.')
  })
})
