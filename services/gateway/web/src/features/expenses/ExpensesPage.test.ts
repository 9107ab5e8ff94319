import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {goTo, here} from '../../lib/router/router.svelte'
import {aCategory, anExpense} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import {categories} from '../categories/categories.svelte'
import ExpensesPage from './ExpensesPage.svelte'

let user: UserEvent
const page = (items: ReturnType<typeof anExpense>[], next_cursor: string | null = null) => ({items, next_cursor})

beforeEach(() => {
  user = userEvent.setup({delay: null})
  categories.items = [aCategory()]
  goTo('/expenses')
  server.on('GET /expenses', page([anExpense()]))
})

const lastQuery = () => new URLSearchParams(server.sent('GET /expenses').at(-1)?.path.split('?')[1])

describe('the page of expenses', () => {
  it('searches while the user types', async () => {
    render(ExpensesPage)
    await screen.findByRole('button', {name: 'Blue Bottle'})
    server.on('GET /expenses', page([]))
    await user.type(screen.getByRole('searchbox', {name: 'Search'}), 'tea')
    await waitFor(() => expect(lastQuery().get('text')).toBe('tea'))
    expect(await screen.findByText('No entries match your search.')).toBeVisible()
    expect(here.search).toBe('?text=tea')
  })

  it('filters, says so, and shows everything again', async () => {
    goTo('/expenses?category=food&min=5.00')
    render(ExpensesPage)
    expect(await screen.findByText(/2 filters are on\./)).toBeVisible()
    expect([lastQuery().get('category'), lastQuery().get('min')]).toEqual(['food', '5.00'])
    await user.click(screen.getByRole('button', {name: 'Show everything'}))
    await waitFor(() => expect(lastQuery().has('category')).toBe(false))
  })

  it('applies a filter through the address', async () => {
    render(ExpensesPage)
    await user.click(screen.getByRole('button', {name: 'Filters'}))
    await user.selectOptions(screen.getByLabelText('Kind'), 'Income')
    await waitFor(() => expect(lastQuery().get('kind')).toBe('income'))
    expect(here.search).toBe('?kind=income')
  })

  it('loads more', async () => {
    const many = Array.from({length: 59}, (_, index) => anExpense({id: `many-${index}`, payee: `Shop ${index}`}))
    server.on('GET /expenses', page([anExpense(), ...many], 'next'))
    render(ExpensesPage)
    const more = await screen.findByRole('button', {name: 'Load more'})
    server.on('GET /expenses', page([anExpense({id: 'expense-2', payee: 'Cinema'})]))
    await user.click(more)
    expect(await screen.findByRole('button', {name: 'Cinema'})).toBeVisible()
    expect(screen.getByRole('button', {name: 'Blue Bottle'})).toBeVisible()
    expect(lastQuery().get('cursor')).toBe('next')
    expect(screen.queryByRole('button', {name: 'Load more'})).toBeNull()
  })

  it('says how to begin when there are no expenses', async () => {
    server.on('GET /expenses', page([]))
    render(ExpensesPage)
    expect(await screen.findByText('No expenses yet')).toBeVisible()
    expect(screen.getByRole('link', {name: 'import a file'})).toHaveAttribute('href', '/import')
  })

  it('says that the list could not be loaded, and tries again', async () => {
    server.on('GET /expenses', () => problem(503, {detail: 'This service is temporarily unavailable.'}))
    render(ExpensesPage)
    expect(await screen.findByText('This service is temporarily unavailable.')).toBeVisible()
    server.on('GET /expenses', page([anExpense()]))
    await user.click(screen.getByRole('button', {name: 'Try again'}))
    expect(await screen.findByRole('button', {name: 'Blue Bottle'})).toBeVisible()
  })
})
