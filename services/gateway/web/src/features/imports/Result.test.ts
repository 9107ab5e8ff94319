import {render, screen, within} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it, vi} from 'vitest'
import type {ImportDone} from '../../lib/api/types'
import {arrived} from '../../testing/arrived'
import {anImport} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import Result from './Result.svelte'

const again = vi.fn()
const show = (given: Partial<ImportDone> = {}) =>
  render(Result, {result: {...anImport(), remembered: false, correction: null, learned: [], warnings: [], ...given}, again})

describe('the result of an import', () => {
  it('counts what was imported, skipped and left out', () => {
    show({left_out_count: 3})
    expect(screen.getByRole('heading', {name: '10 entries imported'})).toBeVisible()
    const counts = Object.fromEntries(screen.getAllByRole('term').map((term) => [term.textContent, term.nextElementSibling?.textContent]))
    expect(counts).toEqual({
      'Rows in the file': '12', Imported: '10', 'Duplicates skipped': '1', Unreadable: '1', 'Left out': '3', 'New categories': '2',
      Period: expect.stringMatching(/^1\s*–\s*20 Nov 2026$/),
    })
    expect(screen.getByRole('link', {name: 'Show entries'})).toHaveAttribute('href', '/expenses?import=import-1')
  })

  it('lists the lines that could not be read, and how many more there are', () => {
    show({failed: 4, errors: [{line: 7, message: "'soon' is not a date."}]})
    expect(screen.getByRole('heading', {name: 'Lines that could not be read'})).toBeVisible()
    expect(within(screen.getByRole('list')).getByRole('listitem')).toHaveTextContent("Line 7 'soon' is not a date.")
    expect(screen.getByText('and 3 more')).toBeVisible()
  })

  it('can forget the corrections', async () => {
    server.on('DELETE /imports/import-1/correction', undefined)
    show({learned: ['sign']})
    expect(screen.getByText(/^Your corrections are applied to the next file with these columns\./)).toBeVisible()
    await userEvent.click(screen.getByRole('button', {name: 'Forget'}))
    await arrived('DELETE /imports/import-1/correction')
    expect(await screen.findByText('Forgotten: your corrections are not applied to the next file with these columns.')).toBeVisible()
  })

  it('says why they could not be forgotten', async () => {
    server.on('DELETE /imports/import-1/correction', () => problem(503, {detail: 'This service is temporarily unavailable.'}))
    show({learned: ['sign']})
    await userEvent.click(screen.getByRole('button', {name: 'Forget'}))
    expect(await screen.findByText('This service is temporarily unavailable.')).toBeVisible()
    expect(screen.getByRole('button', {name: 'Forget'})).toBeEnabled()
  })

  it('leads to another file', async () => {
    show()
    await userEvent.click(screen.getByRole('button', {name: 'Import another file'}))
    expect(again).toHaveBeenCalledOnce()
  })
})
