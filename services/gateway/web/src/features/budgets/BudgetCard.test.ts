import {render, screen} from '@testing-library/svelte'
import {beforeEach, describe, expect, it} from 'vitest'
import {session} from '../../lib/session/session.svelte'
import {aBudget, aCategory, aStanding, eur} from '../../testing/builders'
import {signIn} from '../../testing/session'
import {categories} from '../categories/categories.svelte'
import BudgetCard from './BudgetCard.svelte'

beforeEach(() => {
  categories.items = [aCategory(), ...['Fun', 'Rent', 'Travel'].map((name) => aCategory({id: name, name}))]
})

const show = (budget: Partial<ReturnType<typeof aBudget>> = {}) => render(BudgetCard, {budget: aBudget(budget), heading: 'h3'})
const card = () => screen.getByRole('article', {name: 'Coffee'})

describe('the card of a budget', () => {
  it('says what was spent, what is left and how far it is', () => {
    show()
    expect(screen.getByRole('heading', {level: 3, name: 'Coffee'})).toBeVisible()
    expect(card()).toHaveTextContent('On track')
    expect(card()).toHaveTextContent(/€40\.00 of €100\.00 €60\.00 left/)
    expect(card()).toHaveTextContent('40% · All spending')
    expect(screen.getByRole('progressbar', {name: 'Coffee: 40 percent spent'})).toHaveAttribute('aria-valuetext', '40%')
  })

  it('says how much can be spent a day until its period ends', () => {
    const [from, to] = [session.today, session.today]
    show({current: aStanding({from, to})})
    expect(card()).toHaveTextContent('1 day left')
    expect(card()).not.toHaveTextContent('a day')
  })

  it.each([
    ['near', 'Near limit', aStanding({state: 'near', spent: eur('90.00'), remaining: eur('10.00'), percent: 90}), '€10.00 left'],
    ['exceeded', 'Over budget', aStanding({state: 'exceeded', spent: eur('101.20'), remaining: eur('-1.20'), percent: 101}), '€1.20 over'],
  ])('shows that it is %s', (state, label, current, rest) => {
    show({current})
    expect(card()).toHaveAttribute('data-state', state)
    expect(card()).toHaveTextContent(label)
    expect(card()).toHaveTextContent(rest)
  })

  it('fills the bar at most, however much was spent', () => {
    show({current: aStanding({state: 'exceeded', percent: 340, remaining: eur('-240.00')})})
    expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100')
    expect(card()).toHaveTextContent('340%')
  })

  it.each([
    [['food'], 'Food'],
    [['food', 'Fun', 'Rent', 'Travel'], 'Food, Fun and 2 more'],
  ])('names the categories that count: %s', (category_ids, words) => {
    show({category_ids})
    expect(card()).toHaveTextContent(words)
  })

  it('is inactive when nothing can count, and says what to do', () => {
    signIn({home_currency: 'USD'})
    show()
    expect(card()).toHaveTextContent('Inactive')
    expect(card()).toHaveTextContent('This budget is in EUR, but your home currency is USD, so nothing counts towards it. Edit it to set a limit in USD.')
  })

  it('says that a category was deleted', () => {
    show({category_ids: ['food', 'gone'], missing_category_ids: ['gone']})
    expect(card()).toHaveTextContent('A category of this budget was deleted. Edit it to choose another.')
    expect(card()).toHaveTextContent('On track')
  })
})
