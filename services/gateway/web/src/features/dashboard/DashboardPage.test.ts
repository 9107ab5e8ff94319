import {render, screen, waitFor} from '@testing-library/svelte'
import {beforeEach, describe, expect, it} from 'vitest'
import {addMonths, firstOfMonth, monthOf} from '../../lib/dates/days'
import {session} from '../../lib/session/session.svelte'
import {aBudget, aCategory, anExpense, aStanding, eur} from '../../testing/builders'
import {type Call, server} from '../../testing/server'
import {categories} from '../categories/categories.svelte'
import DashboardPage from './DashboardPage.svelte'

const sum = (spent: string, earned = '0.00', net = '0.00') => ({by: '', from: null, to: null, spent: eur(spent), earned: eur(earned), net: eur(net)})
const budgets = (...items: ReturnType<typeof aBudget>[]) => ({items, next_cursor: null})
const near = aBudget({id: 'b2', name: 'Rent', current: aStanding({state: 'near', percent: 90})})
const over = aBudget({id: 'b3', name: 'Fun', current: aStanding({state: 'exceeded', percent: 120})})

function summarize({path}: Call) {
  const lastMonth = monthOf(addMonths(firstOfMonth(session.today), -1))
  if (path.includes('by=month')) return {...sum('60.00'), items: [{key: lastMonth, label: lastMonth, spent: eur('50.00'), earned: eur('0.00'), count: 3}]}
  return {...sum('40.00', '2000.00', '1960.00'), items: [{key: 'food', label: 'Food', spent: eur('30.00'), earned: eur('0.00'), count: 2}, {key: null, label: '', spent: eur('10.00'), earned: eur('0.00'), count: 1}]}
}

beforeEach(() => {
  categories.items = [aCategory()]
  server.on('GET /summary', summarize).on('GET /budgets', budgets(aBudget())).on('GET /expenses', {items: [anExpense()], next_cursor: null})
})

describe('the overview', () => {
  it('shows what was spent this month, income and net', async () => {
    render(DashboardPage)
    const spent = await screen.findByText('Spent this month')
    expect(spent.parentElement).toHaveTextContent(/€40\.00 €10\.00 less than in all of/)
    expect(screen.getByText('Income', {selector: '.figure-label'}).parentElement).toHaveTextContent('€2,000.00')
    expect(screen.getByText('Net').parentElement).toHaveTextContent('€1,960.00')
  })

  it.each([
    [budgets(), 'No budgets yet.', 'none'],
    [budgets(aBudget()), 'Your budget is on track.', 'ok'],
    [budgets(aBudget(), aBudget({id: 'b4'})), 'All 2 budgets are on track.', 'ok'],
    [budgets(aBudget(), near), 'Rent is near its limit.', 'near'],
    [budgets(near, over), 'Fun is over budget.', 'exceeded'],
    [budgets(over, aBudget({...over, id: 'b5'}), near), '2 of 3 budgets are over their limits.', 'exceeded'],
  ])('sums the budgets up', async (given, words, state) => {
    server.on('GET /budgets', given)
    render(DashboardPage)
    await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent(words))
    expect(screen.getByRole('status')).toHaveAttribute('data-state', state)
  })

  it('shows spending by category, in words, in a legend and in a table', async () => {
    render(DashboardPage)
    expect(await screen.findByText('The largest share went to Food: €30.00 of €40.00.')).toBeVisible()
    const legend = screen.getByRole('link', {name: 'No category'})
    expect(legend).toHaveAttribute('href', expect.stringMatching(/^\/expenses\?category=none&from=/))
    expect(legend.closest('li')).toHaveTextContent(/25%\s*€10\.00/)
    expect(screen.getByRole('img', {name: /^Spending by category\./})).toBeVisible()
    expect(screen.getAllByText('Show table')).toHaveLength(2)
  })

  it('lists the recent expenses', async () => {
    render(DashboardPage)
    expect(await screen.findByRole('button', {name: 'Blue Bottle'})).toBeVisible()
  })
})
