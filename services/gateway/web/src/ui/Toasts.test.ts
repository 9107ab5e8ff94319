import {act, fireEvent, render, screen} from '@testing-library/svelte'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import Toasts from './Toasts.svelte'
import {toasts} from './toasts.svelte'

beforeEach(() => {
  vi.useFakeTimers()
  render(Toasts)
})

const show = (...given: Parameters<typeof toasts.show>) => act(() => toasts.show(...given))
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds))

describe('messages', () => {
  it('are read aloud and disappear after a while', async () => {
    await show('Saved.')
    expect(screen.getByRole('status', {name: 'Messages'})).toHaveTextContent('Saved.')
    await pass(5000)
    expect(screen.queryByText('Saved.')).toBeNull()
  })

  it('replace each other, but warnings stay longer', async () => {
    await show('Coffee is over budget.', 'danger', {href: '/alerts', label: 'See why'})
    await show('Saved.')
    await show('Deleted.')
    expect(screen.queryByText('Saved.')).toBeNull()
    await pass(5000)
    expect(screen.queryByText('Deleted.')).toBeNull()
    expect(screen.getByRole('link', {name: 'See why'})).toHaveAttribute('href', '/alerts')
    await pass(10_000)
    expect(screen.queryByText('Coffee is over budget.')).toBeNull()
  })

  it('offer an action, and go when it is used', async () => {
    const run = vi.fn()
    await act(() => toasts.offer('Deleted Cinema.', {label: 'Undo', run}))
    await show('Saved.')
    await fireEvent.click(screen.getByRole('button', {name: 'Undo'}))
    expect(run).toHaveBeenCalledOnce()
    expect(screen.queryByText('Deleted Cinema.')).toBeNull()
    expect(screen.getByText('Saved.')).toBeVisible()
  })

  it('stay while the pointer or the focus is in one of them', async () => {
    await show('Saved.')
    const region = screen.getByRole('status', {name: 'Messages'})
    await fireEvent.focusIn(region)
    await pass(20_000)
    expect(screen.getByText('Saved.')).toBeVisible()
    await fireEvent.focusOut(region)
    await pass(3000)
    expect(screen.queryByText('Saved.')).toBeNull()
  })

  it('can be dismissed', async () => {
    await show('Saved.', 'warning')
    await fireEvent.click(screen.getByRole('button', {name: 'Dismiss'}))
    expect(screen.queryByText('Saved.')).toBeNull()
  })
})
