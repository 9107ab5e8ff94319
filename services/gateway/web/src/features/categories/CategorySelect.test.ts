import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {aCategory} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import {categories} from './categories.svelte'
import CategorySelect from './CategorySelect.svelte'

let user: UserEvent

beforeEach(() => {
  user = userEvent.setup({delay: null})
  categories.items = [aCategory(), aCategory({id: 'fun', name: 'Fun'})]
  server.on('POST /categories', () => aCategory({id: 'coffee', name: 'Food / Coffee'}))
  render(CategorySelect, {value: 'food', attributes: {id: 'category', 'aria-describedby': undefined, 'aria-invalid': undefined}})
})

const select = () => screen.getByRole('combobox')

describe('the choice of a category', () => {
  it('offers all categories, none, and a new one', () => {
    expect(screen.getAllByRole('option').map(({textContent}) => textContent)).toEqual(['No category', 'Food', 'Fun', 'New category…'])
    expect(select()).toHaveValue('food')
  })

  it('creates a category and chooses it', async () => {
    await user.selectOptions(select(), 'New category…')
    expect(screen.getByLabelText('Name')).toHaveFocus()
    await user.keyboard(' Food / Coffee {Enter}')
    const {body, headers} = await arrived('POST /categories')
    expect(body).toEqual({name: 'Food / Coffee'})
    expect(headers.get('Idempotency-Key')).toBeTruthy()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(select()).toHaveDisplayValue('Food / Coffee')
  })

  it('says why a category was refused, and keeps the name', async () => {
    server.on('POST /categories', () => problem(409, {detail: 'There is already a category of this name.'}))
    await user.selectOptions(select(), 'New category…')
    await user.keyboard('Food{Enter}')
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('There is already a category of this name.'))
    expect(screen.getByLabelText('Name')).toHaveValue('Food')
  })

  it('keeps its value when the new one is given up', async () => {
    await user.selectOptions(select(), 'New category…')
    await user.keyboard('{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(select()).toHaveValue('food')
  })
})
