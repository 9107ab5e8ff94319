import {fireEvent, render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aBudget, aCategory} from '../../testing/builders'
import {invalid, problem, server} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import {categories} from '../categories/categories.svelte'
import CategorySettings from './CategorySettings.svelte'

let user: UserEvent
const food = aCategory()
const fun = aCategory({id: 'fun', name: 'Fun', version: 5})

beforeEach(() => {
  user = userEvent.setup({delay: null})
  categories.items = [food, fun]
  server
    .on('GET /categories', {items: [food, fun]})
    .on('GET /budgets', {items: [aBudget({category_ids: ['fun']})], next_cursor: null})
    .on('PATCH /categories/fun', () => fun)
    .on('DELETE /categories/fun', undefined)
})

describe('the categories', () => {
  it('are created', async () => {
    server.on('POST /categories', () => aCategory({id: 'rent', name: 'Rent'}))
    render(CategorySettings)
    await user.type(screen.getByLabelText('New category'), ' Rent {Enter}')
    expect((await arrived('POST /categories')).body).toEqual({name: 'Rent'})
    expect(await screen.findByLabelText('Name of Rent')).toBeVisible()
    expect(screen.getByLabelText('New category')).toHaveValue('')
  })

  it('show at the field why a new one was refused', async () => {
    server.on('POST /categories', () => invalid('/name', 'There is already a category of this name.'))
    render(CategorySettings)
    await user.type(screen.getByLabelText('New category'), 'Food{Enter}')
    await waitFor(() => expect(screen.getByLabelText('New category')).toHaveAccessibleDescription(/^There is already a category of this name\./))
  })

  it('are renamed where they stand, for their version', async () => {
    render(CategorySettings)
    const name = screen.getByLabelText('Name of Fun')
    await user.clear(name)
    server.on('GET /categories', {items: [food, {...fun, name: 'Leisure'}]})
    await user.type(name, 'Leisure{Tab}')
    const {body, headers} = await arrived('PATCH /categories/fun')
    expect([body, headers.get('If-Match')]).toEqual([{name: 'Leisure'}, '"5"'])
    expect(await screen.findByLabelText('Name of Leisure')).toHaveValue('Leisure')
  })

  it('get their old name back when another was refused or is empty', async () => {
    server.on('PATCH /categories/fun', () => problem(409, {detail: 'There is already a category of this name.'}))
    render(CategorySettings)
    const name = screen.getByLabelText('Name of Fun')
    await user.clear(name)
    await user.tab()
    expect(name).toHaveValue('Fun')
    expect(server.sent('PATCH /categories/fun')).toEqual([])
    await user.clear(name)
    await user.type(name, 'Food{Tab}')
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['There is already a category of this name.']))
    await waitFor(() => expect(name).toHaveValue('Fun'))
  })

  it('get another colour', async () => {
    render(CategorySettings)
    await fireEvent.change(screen.getByLabelText('Colour of Fun'), {target: {value: '#ff8800'}})
    expect((await arrived('PATCH /categories/fun')).body).toEqual({colour: '#ff8800'})
  })

  it('are deleted once it is clear where their expenses go', async () => {
    render(CategorySettings)
    await user.click(screen.getByRole('button', {name: 'Delete Fun'}))
    const dialog = screen.getByRole('dialog', {name: 'Delete Fun?'})
    await waitFor(() => expect(dialog).toHaveTextContent('Budgets that will no longer count these expenses: Coffee.'))
    await user.selectOptions(within(dialog).getByLabelText('Move its expenses to'), 'Food')
    expect(dialog).toHaveTextContent('Budgets that will count Food instead: Coffee.')
    await user.click(within(dialog).getByRole('button', {name: 'Delete'}))
    const {path, headers} = await arrived('DELETE /categories/fun')
    expect([path, headers.get('If-Match')]).toEqual(['/categories/fun?move_to=food', '"5"'])
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })
})
