import {render, screen} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import {aPreview} from '../../testing/builders'
import MappingForm from './MappingForm.svelte'

const onchange = vi.fn()
const {mapping, header} = aPreview()

beforeEach(() => {
  onchange.mockReset()
})

const show = (given: Partial<typeof mapping> = {}, candidates = {}) =>
  render(MappingForm, {mapping: {...mapping, ...given}, header, candidates, onchange})

describe('the mapping of columns', () => {
  it('shows how the file is read', () => {
    show()
    expect(screen.getByLabelText('Date column')).toHaveDisplayValue('Day')
    expect(screen.getByLabelText('Payee column')).toHaveDisplayValue('Who')
    expect(screen.getByLabelText('Category column')).toHaveDisplayValue('–')
    expect(screen.getByLabelText('Date format')).toHaveValue('YYYY-MM-DD')
    expect(screen.getByLabelText('Delimiter')).toHaveDisplayValue('Comma')
    expect(screen.getByLabelText('First row contains column names')).toBeChecked()
  })

  it.each([
    ['Note column', 'Who', {columns: {...mapping.columns, note: 1}}],
    ['Payee column', '–', {columns: {date: 0, amount: 2}}],
    ['Date format', 'DD.MM.YYYY', {date_format: 'DD.MM.YYYY'}],
    ['Decimal separator', 'Comma (12,50)', {decimal: ','}],
    ['Amounts above zero are', 'Income', {sign: 'spending-negative'}],
    ['Delimiter', 'Semicolon', {delimiter: ';'}],
    ['Encoding', 'windows-1252', {encoding: 'windows-1252'}],
  ])('is corrected: %s %s', async (label, option, change) => {
    show()
    await userEvent.selectOptions(screen.getByLabelText(label), option)
    expect(onchange).toHaveBeenCalledExactlyOnceWith({...mapping, ...change})
  })

  it('is told that the first row is data', async () => {
    show()
    await userEvent.click(screen.getByLabelText('First row contains column names'))
    expect(onchange).toHaveBeenCalledExactlyOnceWith({...mapping, header: false})
  })

  it('names other columns that would fit', () => {
    show({}, {amount: [1, 2]})
    expect(screen.getByLabelText('Amount column')).toHaveAccessibleDescription('Could also be Who')
  })

  it('asks for the currency of the file unless a column has it', async () => {
    const {unmount} = show()
    await userEvent.selectOptions(screen.getByLabelText('Currency of the file'), 'CHF')
    expect(onchange).toHaveBeenCalledExactlyOnceWith({...mapping, currency: 'CHF'})
    unmount()
    show({columns: {...mapping.columns, currency: 1}})
    expect(screen.queryByLabelText('Currency of the file')).toBeNull()
  })
})
