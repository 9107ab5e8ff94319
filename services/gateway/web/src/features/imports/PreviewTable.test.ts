import {render, screen} from '@testing-library/svelte'
import {describe, expect, it} from 'vitest'
import {aPreview, eur} from '../../testing/builders'
import PreviewTable from './PreviewTable.svelte'

type Row = ReturnType<typeof aPreview>['rows'][number]

function show(row: Partial<Row>) {
  const preview = aPreview()
  render(PreviewTable, {preview: {...preview, rows: [{...preview.rows[0]!, ...row}]}})
  return screen.getAllByRole('row')[1]!
}

describe('the preview', () => {
  it('shows a row as it is read', () => {
    expect(show({})).toHaveTextContent(/^\s*2\s*20 Nov\s*€4\.80\s*Blue Bottle\s*Espresso\s*Food/)
    expect(screen.getByRole('table', {name: 'The first rows as Outlay reads them'})).toBeVisible()
  })

  it('marks income with a plus', () => {
    expect(show({expense: {kind: 'income', amount: eur('2000.00'), spent_on: '2026-11-01'}})).toHaveTextContent('+€2,000.00')
  })

  it('marks what was imported before', () => {
    expect(show({duplicate: true})).toHaveTextContent('Blue Bottle Already imported')
  })

  it('says why a row cannot be read, and shows its cells', () => {
    expect(show({error: "'soon' is not a date.", cells: ['soon', '4.80']})).toHaveTextContent("'soon' is not a date. soon | 4.80")
  })

  it('says that a row cannot be read even without a reason', () => {
    expect(show({expense: null})).toHaveTextContent('Unreadable')
  })

  it('says why a row is left out', () => {
    expect(show({expense: null, left_out: "'Opening balance' is a balance."})).toHaveTextContent("Left out: 'Opening balance' is a balance.")
  })
})
