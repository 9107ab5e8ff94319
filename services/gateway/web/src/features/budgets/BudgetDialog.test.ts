import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aBudget, aCategory, eur} from '../../testing/builders'
import {invalid, problem, server} from '../../testing/server'
import {categories} from '../categories/categories.svelte'
import BudgetDialog from './BudgetDialog.svelte'

let user: UserEvent
const onclose = vi.fn()

beforeEach(() => {
  user = userEvent.setup({delay: null})
  onclose.mockReset()
  categories.items = [aCategory(), aCategory({id: 'fun', name: 'Fun'})]
  server.on('POST /budgets', () => aBudget()).on('PATCH /budgets/budget-1', () => aBudget())
})

const open = (budget?: ReturnType<typeof aBudget>) => render(BudgetDialog, {budget, onclose})
const save = () => user.click(screen.getByRole('button', {name: 'Save budget'}))

async function write(label: string, text: string) {
  const field = screen.getByLabelText(label)
  await user.clear(field)
  await user.type(field, text)
}

describe('a new budget', () => {
  it('is created with what was entered', async () => {
    open()
    expect(screen.getByLabelText('Budget name')).toHaveFocus()
    await write('Budget name', ' Coffee ')
    await write('Limit', '100')
    await user.selectOptions(screen.getByLabelText('Period'), 'Every week')
    await user.click(screen.getByLabelText('Food'))
    await user.click(screen.getByText('Start date, warnings and carry-over'))
    await write('Starts on', '2026-11-25')
    await write('Warn me at', '100, 50 50%')
    await user.selectOptions(screen.getByLabelText('Carry over'), 'Unspent amount')
    await save()
    const {body, headers} = await arrived('POST /budgets')
    expect(body).toEqual({
      name: 'Coffee', amount: eur('100.00'), category_ids: ['food'], period: 'weekly', starts_on: '2026-11-25', thresholds: [50, 100],
      rollover: 'unspent',
    })
    expect(headers.get('Idempotency-Key')).toBeTruthy()
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce())
  })

  it('counts all spending unless categories are selected', async () => {
    open()
    const group = screen.getByRole('group', {name: 'Categories'})
    expect(group).toHaveAccessibleDescription('None selected: all spending counts.')
    await user.click(screen.getByLabelText('Fun'))
    expect(group).toHaveAccessibleDescription('1 selected: only these count.')
  })

  it.each([
    ['Limit', 'a lot', 'Enter an amount such as 12.50.'],
    ['Warn me at', '80, 120', 'Enter whole percentages from 1 to 100, such as 80, 100.'],
  ])('says what is wrong with %s', async (label, text, message) => {
    open()
    await write('Budget name', 'Coffee')
    await write('Limit', '100')
    await write(label, text)
    await save()
    expect(screen.getByLabelText(label)).toHaveAccessibleDescription(expect.stringContaining(message))
    expect(server.calls).toEqual([])
  })

  it('shows what the server refused at its field', async () => {
    server.on('POST /budgets', () => invalid('/name', 'There is already a budget of this name.'))
    open()
    await write('Budget name', 'Coffee')
    await write('Limit', '100')
    await save()
    await waitFor(() => expect(screen.getByLabelText('Budget name')).toHaveAccessibleDescription('There is already a budget of this name.'))
    expect(onclose).not.toHaveBeenCalled()
  })

  it('shows what the server refused about categories', async () => {
    server.on('POST /budgets', () => invalid('/category_ids/0', 'Unknown category.'))
    open()
    await write('Budget name', 'Coffee')
    await write('Limit', '100')
    await save()
    expect(await screen.findByText('Unknown category.')).toBeVisible()
  })
})

describe('a budget that is edited', () => {
  it('starts from its values and is saved for its version', async () => {
    open(aBudget({category_ids: ['food']}))
    expect(screen.getByLabelText('Limit')).toHaveValue('100.00')
    expect(screen.getByLabelText('Food')).toBeChecked()
    expect(screen.getByLabelText('Warn me at')).toHaveValue('80, 100')
    await write('Limit', '120')
    await save()
    const {body, headers} = await arrived('PATCH /budgets/budget-1')
    expect(headers.get('If-Match')).toBe('"2"')
    expect(body).toMatchObject({amount: eur('120.00'), category_ids: ['food'], period: 'monthly', thresholds: [80, 100], rollover: 'none'})
  })

  it('does not take over a limit in another currency', async () => {
    open(aBudget({amount: {amount: '100.00', currency: 'USD'}}))
    expect(screen.getByLabelText('Limit in EUR')).toHaveValue('')
    expect(screen.getByLabelText('Limit in EUR')).toHaveAccessibleDescription('Was $100.00. Nothing counts towards it since your home currency is EUR.')
  })

  it('asks what to count when its only category was deleted', async () => {
    open(aBudget({category_ids: ['gone'], missing_category_ids: ['gone']}))
    await save()
    expect(screen.getByText('Choose a category, or count all spending.')).toBeVisible()
    expect(server.calls).toEqual([])
    await user.click(screen.getByLabelText('Count all spending'))
    await save()
    expect((await arrived('PATCH /budgets/budget-1')).body).toMatchObject({category_ids: []})
  })

  it('says if it was changed elsewhere meanwhile', async () => {
    server.on('PATCH /budgets/budget-1', () => problem(412, {detail: 'The budget was changed meanwhile.'}))
    open(aBudget())
    await save()
    await waitFor(() => expect(screen.getByText('The budget was changed meanwhile.')).toBeVisible())
  })

  it('asks before changes are discarded', async () => {
    open(aBudget())
    await write('Budget name', 'Tea')
    await user.click(screen.getByRole('button', {name: 'Close'}))
    expect(screen.getByRole('dialog', {name: 'Discard changes?'})).toBeVisible()
    expect(onclose).not.toHaveBeenCalled()
  })
})
