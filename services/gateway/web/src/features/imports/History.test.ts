import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {anImport} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import History from './History.svelte'

const later = anImport({id: 'import-2', filename: 'later.csv', created_at: '2026-11-21T08:00:00Z', duplicates: 3})

beforeEach(() => {
  server.on('GET /imports', {items: [later, anImport()], next_cursor: null}).on('DELETE /imports/import-1', undefined)
})

async function undo(filename: string) {
  render(History)
  await userEvent.click(await screen.findByRole('button', {name: `Undo ${filename}`}))
  return screen.getByRole('dialog', {name: `Undo import of ${filename}?`})
}

describe('the earlier imports', () => {
  it('are listed, and lead to their entries', async () => {
    render(History)
    const link = await screen.findByRole('link', {name: 'bank.csv'})
    expect(link).toHaveAttribute('href', '/expenses?import=import-1')
    expect(link.closest('tr')).toHaveTextContent(/20 Nov 2026, 08:00\s*1\s*–\s*20 Nov\s*10\s*1\s*1/)
  })

  it('say that there are none', async () => {
    server.on('GET /imports', {items: [], next_cursor: null})
    render(History)
    expect(await screen.findByText('No imports yet')).toBeVisible()
  })

  it('can be undone as a whole, after a confirmation', async () => {
    const dialog = await undo('bank.csv')
    expect(dialog).toHaveTextContent('All expenses and income from this file are deleted, including those you have edited. Categories are kept.')
    expect(server.sent('DELETE /imports/import-1')).toEqual([])
    await userEvent.click(within(dialog).getByRole('button', {name: 'Undo'}))
    await arrived('DELETE /imports/import-1')
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['Import of bank.csv undone.']))
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('warn that rows of a later file were skipped because of it', async () => {
    const dialog = await undo('bank.csv')
    expect(dialog).toHaveTextContent('3 rows of later.csv, imported later, were skipped as already imported. If they came from this import, import later.csv again afterwards.')
  })

  it('do not warn of earlier files', async () => {
    expect(await undo('later.csv')).not.toHaveTextContent('skipped as already imported')
  })

  it('say why an import could not be undone', async () => {
    server.on('DELETE /imports/import-1', () => problem(409, {detail: 'This import was already undone.'}))
    const dialog = await undo('bank.csv')
    await userEvent.click(within(dialog).getByRole('button', {name: 'Undo'}))
    expect(await within(dialog).findByText('This import was already undone.')).toBeVisible()
  })

  it('show what was undone without a way to undo it again', async () => {
    server.on('GET /imports', {items: [anImport({undone_at: '2026-11-21T08:00:00Z'})], next_cursor: null})
    render(History)
    expect(await screen.findByText('undone')).toBeVisible()
    expect(screen.queryByRole('button')).toBeNull()
    expect(screen.queryByRole('link')).toBeNull()
  })
})
