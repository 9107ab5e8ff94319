import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {session} from '../../lib/session/session.svelte'
import {arrived} from '../../testing/arrived'
import {aCategory, anExpense, eur} from '../../testing/builders'
import {invalid, problem, server, unreachable} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import {categories} from '../categories/categories.svelte'
import QuickAdd from './QuickAdd.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  categories.items = [aCategory(), aCategory({id: 'fun', name: 'Fun'})]
  server
    .on('GET /summary', {items: [{label: 'Blue Bottle'}, {label: 'Bakery'}]})
    .on('GET /suggestions/category', {category_id: null})
    .on('POST /expenses', () => anExpense())
})

const amount = () => screen.getByLabelText('Amount')
const add = () => screen.getByRole('button', {name: 'Add expense'})

async function type(what: string, payee = '') {
  await user.type(amount(), what)
  if (payee) await user.type(screen.getByLabelText('Payee'), payee)
}

describe('quick entry', () => {
  it('records an expense with the keyboard alone', async () => {
    render(QuickAdd)
    await user.click(amount())
    await user.keyboard('4.80{Tab}Blue Bottle{Enter}')
    const {body, headers} = await arrived('POST /expenses')
    expect(body).toEqual({kind: 'expense', amount: eur('4.80'), spent_on: session.today, payee: 'Blue Bottle', category_id: null})
    expect(headers.get('Idempotency-Key')).toMatch(/^[0-9a-f-]{36}$/)
    await waitFor(() => expect(amount()).toHaveValue(''))
    expect(amount()).toHaveFocus()
    expect(toasts.items.map(({text}) => text)).toEqual(['Recorded €4.80 for Blue Bottle.'])
  })

  it('takes a plus for income and a code for another currency', async () => {
    render(QuickAdd)
    await type('+2000 usd')
    await user.click(add())
    expect((await arrived('POST /expenses')).body).toMatchObject({kind: 'income', amount: {amount: '2000.00', currency: 'USD'}})
  })

  it('suggests the usual category of the payee', async () => {
    server.on('GET /suggestions/category', {category_id: 'fun'})
    render(QuickAdd)
    await type('12', 'Cinema')
    await user.tab()
    await waitFor(() => expect(screen.getByLabelText('Category')).toHaveValue('fun'))
    await user.click(add())
    expect((await arrived('POST /expenses')).body).toMatchObject({category_id: 'fun'})
  })

  it('keeps the category that was chosen', async () => {
    server.on('GET /suggestions/category', {category_id: 'fun'})
    render(QuickAdd)
    await user.selectOptions(screen.getByLabelText('Category'), 'Food')
    await type('12', 'Cinema')
    await user.click(add())
    expect((await arrived('POST /expenses')).body).toMatchObject({category_id: 'food'})
  })

  it('says what is wrong with an amount, and sends nothing', async () => {
    render(QuickAdd)
    await type('-5')
    await user.click(add())
    expect(amount()).toHaveAccessibleDescription(/^Leave out the minus sign/)
    expect(amount()).toBeInvalid()
    expect(amount()).toHaveFocus()
    expect(server.calls.filter(({method}) => method === 'POST')).toEqual([])
  })

  it('shows what the server refused at its field', async () => {
    server.on('POST /expenses', () => invalid('/spent_on', 'The date is too far in the future.'))
    render(QuickAdd)
    await type('5')
    await user.click(add())
    await waitFor(() => expect(screen.getByLabelText('Date')).toHaveAccessibleDescription('The date is too far in the future.'))
    expect(amount()).toHaveValue('5')
  })

  it('asks for the amount in the home currency when there is no exchange rate', async () => {
    server.on('POST /expenses', () => invalid('/home_amount', 'No rate.'))
    render(QuickAdd)
    await type('10 KWD')
    await user.click(add())
    const home = await screen.findByLabelText('Amount in EUR')
    await waitFor(() => expect(home).toHaveFocus())
    expect(home).toHaveAccessibleDescription('No exchange rate is known for this currency. Enter the amount in EUR.')
    server.on('POST /expenses', () => anExpense())
    await user.keyboard('30.50{Enter}')
    await waitFor(() => expect(server.sent('POST /expenses')).toHaveLength(2))
    expect(server.calls.at(-1)?.body).toMatchObject({amount: {amount: '10.000', currency: 'KWD'}, home_amount: eur('30.50')})
    await waitFor(() => expect(screen.queryByLabelText('Amount in EUR')).toBeNull())
  })

  it('repeats a lost request with the same key, and a changed one with another', async () => {
    server.on('POST /expenses', unreachable)
    render(QuickAdd)
    await type('5')
    await user.click(add())
    expect(await screen.findByText('Outlay cannot be reached. Check your connection and try again.')).toBeVisible()
    await user.click(add())
    await waitFor(() => expect(server.sent('POST /expenses')).toHaveLength(2))
    await waitFor(() => expect(add()).toBeEnabled())
    await type('0')
    await user.click(add())
    await waitFor(() => expect(server.sent('POST /expenses')).toHaveLength(3))
    const [first, second, third] = server.sent('POST /expenses').map(({headers}) => headers.get('Idempotency-Key'))
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  it('keeps what is typed in this tab', async () => {
    const {unmount} = render(QuickAdd)
    await type('12.', 'Bak')
    unmount()
    render(QuickAdd)
    expect(amount()).toHaveValue('12.')
    expect(screen.getByLabelText('Payee')).toHaveValue('Bak')
  })

  it('says when the service is unavailable', async () => {
    server.on('POST /expenses', () => new Response('Bad gateway', {status: 502}))
    render(QuickAdd)
    await type('5')
    await user.click(add())
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('This service is temporarily unavailable. Try again in a minute.'))
  })

  it('shows a problem of the whole form', async () => {
    server.on('POST /expenses', () => problem(409, {detail: 'This key was used for another expense.'}))
    render(QuickAdd)
    await type('5')
    await user.click(add())
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('This key was used for another expense.'))
  })

  it('takes nothing more while it is sent, so that no entry is lost or mixed with another', async () => {
    let answer = () => {}
    server.on('POST /expenses', () => new Promise((resolve) => (answer = () => resolve(anExpense()))))
    render(QuickAdd)
    await type('2.22', 'First')
    await user.keyboard('{Enter}')
    const {body} = await arrived('POST /expenses')
    await user.type(screen.getByLabelText('Payee'), 'Second')
    expect(body).toMatchObject({amount: eur('2.22'), payee: 'First'})
    expect(screen.getByLabelText('Payee')).toHaveValue('First')
    answer()
    await waitFor(() => expect(amount()).toHaveValue(''))
    expect(screen.getByLabelText('Payee')).toHaveValue('')
    await type('7.77', 'Second')
    expect(amount()).toHaveValue('7.77')
  })
})
