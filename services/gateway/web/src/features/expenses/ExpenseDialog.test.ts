import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aCategory, anExpense, eur} from '../../testing/builders'
import {invalid, problem, server} from '../../testing/server'
import {categories} from '../categories/categories.svelte'
import ExpenseDialog from './ExpenseDialog.svelte'

let user: UserEvent
const onclose = vi.fn()
const ondelete = vi.fn()

beforeEach(() => {
  user = userEvent.setup({delay: null})
  onclose.mockReset()
  ondelete.mockReset()
  categories.items = [aCategory()]
  server.on('PATCH /expenses/expense-1', () => anExpense())
})

const open = (expense = anExpense()) => render(ExpenseDialog, {expense, onclose, ondelete})
const save = () => user.click(screen.getByRole('button', {name: 'Save expense'}))

async function write(label: string, text: string) {
  const field = screen.getByLabelText(label)
  await user.clear(field)
  await user.type(field, text)
}

describe('the dialog of an expense', () => {
  it('starts from the expense, with the first field in focus', () => {
    open(anExpense({tags: ['work', 'trip'], note: 'With Otto', category_id: 'food'}))
    expect(screen.getByRole('dialog', {name: 'Edit expense'})).toBeVisible()
    expect(screen.getByLabelText('Amount')).toHaveFocus()
    expect(screen.getByLabelText('Amount')).toHaveValue('4.80')
    expect(screen.getByLabelText('Tags')).toHaveValue('work, trip')
    expect(screen.getByLabelText('Note')).toHaveValue('With Otto')
    expect(screen.getByLabelText('Category')).toHaveValue('food')
  })

  it('saves every field, for the version that was opened', async () => {
    open()
    await write('Amount', '12,50')
    await user.selectOptions(screen.getByLabelText('Currency'), 'USD')
    await write('Payee', 'Trattoria')
    await user.selectOptions(screen.getByLabelText('Category'), 'Food')
    await write('Date', '2026-11-19')
    await user.selectOptions(screen.getByLabelText('Kind'), 'Income')
    await write('Description', 'Lunch')
    await write('Tags', 'work, , trip ')
    await write('Note', 'Refunded')
    await save()
    const {body, headers} = await arrived('PATCH /expenses/expense-1')
    expect(headers.get('If-Match')).toBe('"7"')
    expect(body).toEqual({
      kind: 'income', amount: {amount: '12.50', currency: 'USD'}, spent_on: '2026-11-19', payee: 'Trattoria', description: 'Lunch',
      category_id: 'food', tags: ['work', 'trip'], note: 'Refunded',
    })
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce())
  })

  it('says at the field what is wrong with the amount', async () => {
    open()
    await write('Amount', 'lots')
    await save()
    expect(screen.getByLabelText('Amount')).toHaveAccessibleDescription('Enter an amount such as 12.50.')
    expect(server.calls).toEqual([])
  })

  it('shows what the server refused at its field, and stays open', async () => {
    server.on('PATCH /expenses/expense-1', () => invalid('/tags/0', 'A tag can have 50 characters at most.'))
    open()
    await save()
    await waitFor(() => expect(screen.getByLabelText('Tags')).toHaveAccessibleDescription(/A tag can have 50 characters at most/))
    expect(onclose).not.toHaveBeenCalled()
  })

  it('says if the expense was changed elsewhere meanwhile', async () => {
    server.on('PATCH /expenses/expense-1', () => problem(412, {detail: 'The expense was changed meanwhile.'}))
    open()
    await save()
    await waitFor(() => expect(screen.getByText('The expense was changed meanwhile.')).toBeVisible())
  })

  it('asks for the amount in the home currency when there is no exchange rate', async () => {
    server.on('PATCH /expenses/expense-1', () => invalid('/home_amount', 'No rate.'))
    open()
    await user.selectOptions(screen.getByLabelText('Currency'), 'KWD')
    await save()
    const home = await screen.findByLabelText('Amount in EUR')
    server.on('PATCH /expenses/expense-1', () => anExpense())
    await user.type(home, '61')
    await save()
    await waitFor(() => expect(server.sent('PATCH /expenses/expense-1')).toHaveLength(2))
    expect(server.calls.at(-1)?.body).toMatchObject({home_amount: eur('61.00')})
  })

  it('asks before changes are discarded', async () => {
    open()
    await write('Payee', 'Half typed')
    await user.keyboard('{Escape}')
    const question = screen.getByRole('dialog', {name: 'Discard changes?'})
    await user.click(within(question).getByRole('button', {name: 'Keep editing'}))
    expect(screen.queryByRole('dialog', {name: 'Discard changes?'})).toBeNull()
    expect(screen.getByLabelText('Payee')).toHaveValue('Half typed')
    await user.keyboard('{Escape}')
    await user.click(screen.getByRole('button', {name: 'Discard'}))
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce())
  })

  it('closes at once if nothing was changed', async () => {
    open()
    await user.keyboard('{Escape}')
    expect(onclose).toHaveBeenCalledOnce()
  })

  it('deletes without a request of its own', async () => {
    open()
    await user.click(screen.getByRole('button', {name: 'Delete'}))
    expect(ondelete).toHaveBeenCalledOnce()
    expect(server.calls).toEqual([])
  })
})
