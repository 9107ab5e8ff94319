import {fireEvent, render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import {aCategory} from '../../testing/builders'
import {categories} from '../categories/categories.svelte'
import {type ExpenseFilter, noFilter} from './expense-list.svelte'
import ExpenseFilters from './ExpenseFilters.svelte'

let user: UserEvent
const onapply = vi.fn()

beforeEach(() => {
  user = userEvent.setup({delay: null})
  onapply.mockReset()
  categories.items = [aCategory()]
})

const show = (filter: Partial<ExpenseFilter> = {}) => render(ExpenseFilters, {filter: {...noFilter, ...filter}, onapply})

describe('the filters', () => {
  it.each([
    ['Category', 'Food', {category: 'food'}],
    ['Category', 'No category', {category: 'none'}],
    ['Kind', 'Income', {kind: 'income'}],
    ['Sort by', 'Largest first', {sort: '-amount'}],
  ])('apply %s: %s at once', async (label, option, change) => {
    show()
    await user.selectOptions(screen.getByLabelText(label), option)
    expect(onapply).toHaveBeenCalledExactlyOnceWith(change)
  })

  it.each([
    ['Payee', ' Blue Bottle ', {payee: 'Blue Bottle'}],
    ['Tag', 'work', {tag: 'work'}],
    ['Currency', 'usd', {currency: 'USD'}],
    ['At least', '1.234,50', {min: '1234.50'}],
    ['At most', '20', {max: '20.00'}],
  ])('apply %s when it is typed', async (label, text, change) => {
    show()
    await user.type(screen.getByLabelText(label), `${text}{Tab}`)
    expect(onapply).toHaveBeenCalledExactlyOnceWith(change)
  })

  it('say what is wrong with an amount', async () => {
    show()
    await user.type(screen.getByLabelText('At least'), 'much{Tab}')
    expect(screen.getByLabelText('At least')).toHaveAccessibleDescription('Enter an amount such as 12.50.')
    expect(onapply).not.toHaveBeenCalled()
  })

  it('remove an amount that is emptied', async () => {
    show({min: '5.00'})
    expect(screen.getByLabelText('At least')).toHaveValue('5.00')
    await user.clear(screen.getByLabelText('At least'))
    await user.tab()
    expect(onapply).toHaveBeenCalledExactlyOnceWith({min: ''})
  })

  it('wait until a date is complete', async () => {
    show()
    const from = screen.getByLabelText('From')
    for (const value of ['0002-11-01', '0020-11-01', '0202-11-01', '2026-11-01']) await fireEvent.input(from, {target: {value}})
    await waitFor(() => expect(onapply).toHaveBeenCalled())
    expect(onapply).toHaveBeenCalledExactlyOnceWith({from: '2026-11-01'})
  })

  it('refuse an end before the start', async () => {
    show({from: '2026-11-10'})
    await fireEvent.input(screen.getByLabelText('To'), {target: {value: '2026-11-01'}})
    await waitFor(() => expect(screen.getByLabelText('To')).toHaveAccessibleDescription('The end date is before the start date.'))
    expect(onapply).not.toHaveBeenCalled()
  })

  it('are cleared together, but for the search', async () => {
    show({text: 'coffee', category: 'food', min: '5.00'})
    await user.click(screen.getByRole('button', {name: 'Clear filters'}))
    expect(onapply).toHaveBeenCalledExactlyOnceWith({...noFilter, text: 'coffee'})
  })

  it('show that a link chose several categories', () => {
    show({category: 'food,fun'})
    expect(screen.getByLabelText('Category')).toHaveDisplayValue('Several categories')
  })
})
