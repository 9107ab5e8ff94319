import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aCategory, anExpense, aReceipt, eur} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import Toasts from '../../ui/Toasts.svelte'
import {toasts} from '../../ui/toasts.svelte'
import {categories} from '../categories/categories.svelte'
import ExpenseTable from './ExpenseTable.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  categories.items = [aCategory()]
  server.on('DELETE /expenses/expense-1', undefined).on('POST /expenses/expense-1/restore', () => anExpense())
})

const cinema = anExpense({id: 'expense-2', payee: 'Cinema', amount: eur('11.00')})

function show(...expenses: ReturnType<typeof anExpense>[]) {
  render(ExpenseTable, {expenses, caption: 'Expenses and income'})
  render(Toasts)
}
const rows = () => within(screen.getByRole('table', {name: 'Expenses and income'})).getAllByRole('row').slice(1)

describe('the list of expenses', () => {
  it('shows payee, category, tags, receipts and amount', () => {
    show(anExpense({category_id: 'food', description: 'Espresso', tags: ['work'], receipts: [aReceipt(), aReceipt({id: 'r2'})]}))
    const [row] = rows()
    expect(row).toHaveTextContent('Blue Bottle')
    expect(row).toHaveTextContent('Espresso')
    expect(row).toHaveTextContent('Food')
    expect(row).toHaveTextContent('work')
    expect(row).toHaveTextContent('€4.80')
    expect(screen.getByRole('button', {name: /Blue Bottle.*2 receipts/})).toBeVisible()
  })

  it('names entries without a payee, and marks income with a plus', () => {
    show(anExpense({payee: '', description: 'Coffee'}), anExpense({id: 'e2', payee: '', kind: 'income', amount: eur('2000.00')}))
    const [coffee, salary] = rows()
    expect(within(coffee!).getByRole('button', {name: 'Coffee'})).toBeVisible()
    expect(within(salary!).getByRole('button', {name: 'Income'})).toBeVisible()
    expect(salary).toHaveTextContent('+€2,000.00')
  })

  it('shows the amount in the home currency beside a foreign one', () => {
    show(anExpense({amount: {amount: '9.90', currency: 'USD'}, home_amount: eur('8.50')}))
    expect(screen.getByTitle('In your home currency')).toHaveTextContent('€8.50')
  })

  it('deletes at once, moves the focus to the next row, and can undo it', async () => {
    show(anExpense(), cinema)
    await user.click(screen.getByRole('button', {name: 'Delete Blue Bottle, €4.80'}))
    const {headers} = await arrived('DELETE /expenses/expense-1')
    expect(headers.get('If-Match')).toBe('"7"')
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(screen.getByRole('button', {name: 'Cinema'})).toHaveFocus()
    expect(screen.getByText('Deleted Blue Bottle, €4.80.')).toBeVisible()
    await user.click(screen.getByRole('button', {name: 'Undo'}))
    await arrived('POST /expenses/expense-1/restore')
    await waitFor(() => expect(rows()).toHaveLength(2))
    expect(screen.getByText('Restored Blue Bottle, €4.80.')).toBeVisible()
    await waitFor(() => expect(screen.getByRole('button', {name: 'Blue Bottle'})).toHaveFocus())
  })

  it('keeps a row that could not be deleted', async () => {
    server.on('DELETE /expenses/expense-1', () => problem(412, {detail: 'The expense was changed meanwhile.'}))
    show(anExpense())
    await user.click(screen.getByRole('button', {name: /^Delete/}))
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['Blue Bottle was not deleted. The expense was changed meanwhile.']))
    expect(rows()).toHaveLength(1)
  })

  it('opens an expense with the keyboard, and gives the focus back', async () => {
    show(anExpense(), cinema)
    screen.getByRole('button', {name: 'Cinema'}).focus()
    await user.keyboard('{Enter}')
    expect(screen.getByRole('dialog', {name: 'Edit expense'})).toBeVisible()
    await user.keyboard('{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(screen.getByRole('button', {name: 'Cinema'})).toHaveFocus()
  })
})
