import {render, screen} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it, vi} from 'vitest'
import {anAlert} from '../../testing/builders'
import AlertItem from './AlertItem.svelte'

const onmark = vi.fn()
const show = (given: Partial<ReturnType<typeof anAlert>> = {}) => render(AlertItem, {alert: anAlert(given), onmark})
const item = () => screen.getByRole('listitem')

describe('an alert', () => {
  it('says what happened and when, and links to the history of its budget', () => {
    show()
    expect(screen.getByRole('heading', {name: 'Coffee is over budget'})).toBeVisible()
    expect(item()).toHaveTextContent('Pushed over by Blue Bottle.')
    expect(item()).toHaveTextContent('20 Nov 2026, 08:00')
    expect(screen.getByRole('link', {name: 'Budget history'})).toHaveAttribute('href', '/budgets?history=budget-1')
  })

  it.each([
    [null, /^Mark as read/, true],
    ['2026-11-20T09:00:00Z', /^Mark as unread/, false],
  ])('can be marked, read at %s', async (read_at, name, read) => {
    show({read_at})
    expect(item()).toHaveAttribute('data-kind', 'budget.exceeded')
    await userEvent.click(screen.getByRole('button', {name}))
    expect(onmark).toHaveBeenLastCalledWith(read)
  })

  it('says what became of its email', () => {
    const delivery = {channel: 'mail' as const, state: 'bounced' as const, at: '2026-11-20T08:02:00Z', detail: 'The mailbox is full'}
    show({deliveries: [delivery]})
    expect(item()).toHaveTextContent('Email bounced 08:02. The mailbox is full.')
  })

  it('stays readable after it was withdrawn, but leads nowhere', () => {
    show({withdrawn_at: '2026-11-21T10:00:00Z'})
    expect(item()).toHaveTextContent('withdrawn 21 Nov 2026, 10:00')
    expect(screen.queryByRole('link')).toBeNull()
    expect(screen.queryByRole('button')).toBeNull()
  })
})
