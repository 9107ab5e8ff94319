import {render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it} from 'vitest'
import {arrived} from '../../testing/arrived'
import {anImport, aPreview} from '../../testing/builders'
import {problem, server} from '../../testing/server'
import ImportPage from './ImportPage.svelte'

let user: UserEvent
const file = new File(['Day,Who,How much\n2026-11-20,Blue Bottle,4.80\n'], 'bank.csv', {type: 'text/csv'})
const done = {...anImport(), remembered: false, correction: null, learned: [], warnings: []}

beforeEach(() => {
  user = userEvent.setup({delay: null})
  server
    .on('GET /imports', {items: [], next_cursor: null})
    .on('POST /imports/preview', () => aPreview())
    .on('POST /imports', () => done)
})

async function preview() {
  render(ImportPage)
  await user.upload(screen.getByLabelText('CSV file'), file)
  await user.click(screen.getByRole('button', {name: 'Preview'}))
}
const previews = () => server.sent('POST /imports/preview').map(({body}) => body as FormData)
const mappingOf = (form?: FormData) => JSON.parse(String(form?.get('mapping'))) as Record<string, unknown>

describe('an import', () => {
  it('is previewed, then imported with the mapping that was shown', async () => {
    await preview()
    expect(await screen.findByText('Preview of the first 1 rows')).toBeVisible()
    expect((previews()[0]?.get('file') as File).name).toBe('bank.csv')
    expect(previews()[0]?.get('remembered')).toBe('use')
    await user.click(screen.getByRole('button', {name: 'Import'}))
    const {body, headers} = await arrived('POST /imports')
    expect(mappingOf(body as FormData)).toEqual(aPreview().mapping)
    expect(headers.get('Idempotency-Key')).toBeTruthy()
    expect(await screen.findByRole('heading', {name: '10 entries imported'})).toBeVisible()
    await user.click(screen.getByRole('button', {name: 'Import another file'}))
    expect(screen.getByLabelText('CSV file')).toBeVisible()
  })

  it('asks for a file first', async () => {
    render(ImportPage)
    await user.click(screen.getByRole('button', {name: 'Preview'}))
    expect(screen.getByLabelText('CSV file')).toHaveAccessibleDescription('Choose a CSV file first.')
    expect(previews()).toEqual([])
  })

  it('says why a file cannot be read', async () => {
    server.on('POST /imports/preview', () => problem(422, {detail: 'This is a PDF, not a CSV file.'}))
    await preview()
    expect(await screen.findByText('This is a PDF, not a CSV file.')).toBeVisible()
  })

  it('previews a correction at once', async () => {
    await preview()
    await user.selectOptions(await screen.findByLabelText('Decimal separator'), 'Comma (12,50)')
    await waitFor(() => expect(previews()).toHaveLength(2))
    expect(mappingOf(previews()[1])).toMatchObject({decimal: ','})
    expect(previews()[1]?.get('remembered')).toBe('ignore')
  })

  it('cannot be started while the file has errors', async () => {
    server.on('POST /imports/preview', () => aPreview({errors: ['Choose the date column.']}))
    await preview()
    expect(await screen.findByText('Choose the date column.')).toBeVisible()
    expect(screen.getByRole('button', {name: 'Import'})).toBeDisabled()
  })

  it('says how many rows were imported before', async () => {
    server.on('POST /imports/preview', () => aPreview({duplicates: 2}))
    await preview()
    expect(await screen.findByText('2 rows were already imported and will be skipped.')).toBeVisible()
  })

  it('asks whether amounts are expenses or income if the file does not tell', async () => {
    server.on('POST /imports/preview', () => aPreview({sign_certain: false}))
    await preview()
    const question = await screen.findByRole('group', {name: 'Are these expenses or income?'})
    expect(question).toHaveTextContent('The preview below shows expenses, such as Blue Bottle.')
    await user.click(within(question).getByRole('button', {name: 'Swap expenses and income'}))
    await waitFor(() => expect(previews()).toHaveLength(2))
    expect(mappingOf(previews()[1])).toMatchObject({sign: 'spending-negative'})
    expect(screen.queryByRole('group', {name: 'Are these expenses or income?'})).toBeNull()
  })

  it('asks what the words of the file mean', async () => {
    server.on('POST /imports/preview', () => aPreview({mapping: {...aPreview().mapping, kinds: {Af: 'expense', Bij: 'income'}}}))
    await preview()
    const words = await screen.findByRole('group', {name: 'Words for expenses and income'})
    await user.selectOptions(within(words).getByLabelText('Bij'), 'Leave out')
    await waitFor(() => expect(previews()).toHaveLength(2))
    expect(mappingOf(previews()[1])).toMatchObject({kinds: {Af: 'expense', Bij: 'ignore'}})
  })

  it('asks which text looks right if the encoding is unclear', async () => {
    const encodings = [{encoding: 'utf-8', sample: 'Caf\ufffd'}, {encoding: 'windows-1252', sample: 'Café'}]
    server.on('POST /imports/preview', () => aPreview({encodings}))
    await preview()
    await user.click(within(await screen.findByRole('group', {name: 'Which text looks right?'})).getByLabelText(/Café/))
    await waitFor(() => expect(previews()).toHaveLength(2))
    expect(mappingOf(previews()[1])).toMatchObject({encoding: 'windows-1252'})
  })

  it('says which corrections were remembered, and forgets them', async () => {
    const correction = {corrected_at: '2026-11-20T08:00:00Z', parts: ['sign']}
    server.on('POST /imports/preview', () => aPreview({correction}))
    await preview()
    expect(await screen.findByText(/Read with your corrections from 20 Nov: amounts above zero are expenses\./)).toBeVisible()
    await user.click(screen.getByRole('button', {name: 'Forget'}))
    await waitFor(() => expect(previews()).toHaveLength(2))
    expect(mappingOf(previews()[1])).toEqual({})
    expect(screen.queryByText(/Read with your corrections/)).toBeNull()
  })

  it('names unknown currencies, missing rates, long texts and rows that are left out', async () => {
    const currencies = [{currency: 'XYZ', known: false, rate: false}, {currency: 'KWD', known: true, rate: false}]
    server.on('POST /imports/preview', () => aPreview({currencies, shortened: 2, left_out: [{line: 9, reason: 'A balance.'}], warnings: ['Two columns look like dates.']}))
    await preview()
    expect(await screen.findByText(/^Unknown currency: XYZ\./)).toBeVisible()
    expect(screen.getByText(/^No exchange rate for KWD\./)).toBeVisible()
    expect(screen.getByText('2 rows have text that is too long and will be shortened.')).toBeVisible()
    expect(screen.getByText('One row is left out, such as balances.')).toBeVisible()
    expect(screen.getByText('Two columns look like dates.')).toBeVisible()
  })

  it('says why it failed, and keeps the preview', async () => {
    server.on('POST /imports', () => problem(413, {detail: 'The file is too large.'}))
    await preview()
    await user.click(await screen.findByRole('button', {name: 'Import'}))
    expect(await screen.findByText('The file is too large.')).toBeVisible()
    expect(screen.getByText('Preview of the first 1 rows')).toBeVisible()
  })
})
