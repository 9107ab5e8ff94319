import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aBudget, aStanding, eur} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import BudgetsPage from './BudgetsPage.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  server.on('GET /budgets', {items: [aBudget(), aBudget({id: 'budget-2', name: 'Rent', current: aStanding({percent: 95, state: 'near'})})], next_cursor: null})
})

describe('the page of budgets', () => {
  it('shows the most urgent budget first', async () => {
    render(BudgetsPage)
    await screen.findByText('Coffee')
    expect(screen.getAllByRole('article').map((card) => within(card).getByRole('heading').textContent)).toEqual(['Rent', 'Coffee'])
  })

  it('says what budgets are for when there are none', async () => {
    server.on('GET /budgets', {items: [], next_cursor: null})
    render(BudgetsPage)
    expect(await screen.findByText('No budgets yet')).toBeVisible()
    expect(screen.getByText(/When an expense pushes you over budget, Outlay tells you/)).toBeVisible()
  })

  it('says that the budgets could not be loaded, and tries again', async () => {
    const budgets = {items: [aBudget()], next_cursor: null}
    server.on('GET /budgets', () => problem(503, {detail: 'This service is temporarily unavailable.'}))
    render(BudgetsPage)
    expect(await screen.findByRole('alert')).toHaveTextContent('This service is temporarily unavailable.')
    server.on('GET /budgets', budgets)
    await user.click(screen.getByRole('button', {name: 'Try again'}))
    expect(await screen.findByText('Coffee')).toBeVisible()
  })

  it('deletes a budget after a confirmation, for its version', async () => {
    server.on('DELETE /budgets/budget-1', undefined)
    render(BudgetsPage)
    await user.click(await screen.findByRole('button', {name: 'Delete Coffee'}))
    const dialog = screen.getByRole('dialog', {name: 'Delete Coffee?'})
    expect(dialog).toHaveTextContent('Your expenses are kept. Open alerts about this budget are withdrawn.')
    await user.click(within(dialog).getByRole('button', {name: 'Delete'}))
    expect((await arrived('DELETE /budgets/budget-1')).headers.get('If-Match')).toBe('"2"')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it('shows the history, with the expense that pushed it over', async () => {
    const tipped_by = {expense_id: 'e1', spent_on: '2026-11-20', payee: 'Blue Bottle', amount: eur('12.00'), spent_then: eur('101.20')}
    const period = {...aStanding({state: 'exceeded', spent: eur('101.20'), remaining: eur('-1.20'), percent: 101}), tipped_by}
    server.on('GET /budgets/budget-1/periods', {items: [period, {...aStanding({from: '2026-10-01', to: '2026-10-31'}), tipped_by: null}], next_cursor: null})
    render(BudgetsPage)
    await user.click(await screen.findByRole('button', {name: 'History of Coffee'}))
    const [current, before] = within(await screen.findByRole('table')).getAllByRole('row').slice(1)
    expect(screen.getByRole('columnheader', {name: 'Pushed over by'})).toBeVisible()
    expect(current).toHaveTextContent('Over budget')
    expect(current).toHaveTextContent(/Blue Bottle, €12\.00 on 20 Nov \(bringing the total to €101\.20\)/)
    expect(before).toHaveTextContent('On track')
  })
})
