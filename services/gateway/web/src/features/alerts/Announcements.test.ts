import {render, screen, waitFor} from '@testing-library/svelte'
import {beforeEach, describe, expect, it} from 'vitest'
import {session} from '../../lib/session/session.svelte'
import {eur} from '../../testing/builders'
import Toasts from '../../ui/Toasts.svelte'
import {toasts} from '../../ui/toasts.svelte'
import {announce} from './announce'

let ids = 0
beforeEach(() => void render(Toasts))

const thisPeriod = () => ({from: session.today, to: session.today})
const exceeded = (given: object = {}) => ({
  crossing_id: `crossing-${++ids}`, budget_name: 'Coffee', period: thisPeriod(), limit: eur('100.00'), spent: eur('101.20'),
  expense: {payee: 'Blue Bottle', amount: eur('12.00')}, ...given,
})
const messages = () => toasts.items.map(({text}) => text)

describe('a live event', () => {
  it('announces a budget that is over, with the expense that did it', async () => {
    announce({name: 'budget.exceeded', data: exceeded()})
    expect(await screen.findByText(/^Coffee is over budget: €101\.20 of €100\.00\. Pushed over by Blue Bottle \(€12\.00\)\./)).toBeVisible()
    expect(screen.getByRole('link', {name: 'See why'})).toHaveAttribute('href', '/alerts')
  })

  it('is announced once, even if the stream repeats it', () => {
    const data = exceeded()
    announce({name: 'budget.exceeded', data})
    announce({name: 'budget.exceeded', data})
    expect(messages()).toHaveLength(1)
  })

  it('announces all past periods of a new budget together', async () => {
    for (const month of ['08', '09', '10']) {
      announce({name: 'budget.exceeded', data: exceeded({period: {from: `2025-${month}-01`, to: `2025-${month}-28`}})})
    }
    await waitFor(() => expect(messages()).toEqual(['Coffee was over budget in 3 past periods.']))
  })

  it('announces a past period alone with its dates', async () => {
    announce({name: 'budget.exceeded', data: exceeded({period: {from: '2025-08-01', to: '2025-08-31'}})})
    await waitFor(() => expect(messages()[0]).toMatch(/^Coffee was over budget in 1\s*–\s*31 Aug 2025: €101\.20 of €100\.00\./))
  })

  it('announces what an import pushed over in one message', () => {
    announce({name: 'budget.exceeded', data: exceeded({import_id: 'import-1'})})
    expect(messages()).toEqual([])
    const exceedances = [exceeded({threshold: 100}), exceeded({threshold: 100, budget_name: 'Rent'}), exceeded({threshold: 80})]
    announce({name: 'import.reviewed', data: {import_id: 'import-1', filename: 'bank.csv', exceedances}})
    expect(messages()).toEqual(['The import of bank.csv pushed 2 budgets over their limits.'])
  })

  it('warns of an email that could not be delivered', () => {
    announce({name: 'notification.failed', data: {}})
    expect(messages()).toEqual(['An alert email could not be delivered. See Alerts for the reason.'])
  })

  it('is not announced if it only refreshes pages', () => {
    announce({name: 'expense.recorded', data: {}})
    expect(messages()).toEqual([])
  })
})
