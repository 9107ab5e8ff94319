import {fireEvent, render, screen, waitFor, within} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import {arrived} from '../../testing/arrived'
import {anExpense, aReceipt} from '../../testing/builders'
import {json, problem, server, unreachable} from '../../testing/server'
import {toasts} from '../../ui/toasts.svelte'
import Receipts from './Receipts.svelte'

let user: UserEvent
const photo = new File(['jpeg'], 'lunch.jpg', {type: 'image/jpeg'})
const add = 'POST /expenses/expense-1/receipts'

beforeEach(() => {
  user = userEvent.setup({delay: null})
  server.on(add, () => json(aReceipt(), 201))
})

const show = (...receipts: ReturnType<typeof aReceipt>[]) => render(Receipts, {expense: anExpense({receipts})})
const choose = (...files: File[]) => user.upload(screen.getByLabelText('Add receipt'), files)
const tile = (name = 'lunch.jpg') => screen.findByRole('button', {name: `Receipt ${name}`})

describe('the receipts of an expense', () => {
  it('are uploaded and shown', async () => {
    show()
    expect(screen.getByText(/^Photos and PDFs up to 10 MB\./)).toBeVisible()
    await choose(photo)
    const {body} = await arrived(add)
    expect(((body as FormData).get('file') as File).name).toBe('lunch.jpg')
    expect(await tile()).toBeVisible()
    expect(screen.getByText('Added lunch.jpg.')).toBeInTheDocument()
    expect(screen.queryByRole('list', {name: 'Uploads'})).toBeNull()
  })

  it('are uploaded one after another, with their progress', async () => {
    const waiting: (() => void)[] = []
    server.on(add, () => new Promise((resolve) => waiting.push(() => resolve(json(aReceipt({id: `r${waiting.length}`}), 201)))))
    show()
    await choose(photo, new File(['pdf'], 'invoice.pdf', {type: 'application/pdf'}))
    const uploads = screen.getByRole('list', {name: 'Uploads'})
    await waitFor(() => expect(within(uploads).getAllByRole('listitem')[0]).toHaveTextContent('Checking…'))
    expect(within(uploads).getAllByRole('listitem')[1]).toHaveTextContent('Waiting')
    expect(server.sent(add)).toHaveLength(1)
    waiting[0]?.()
    await waitFor(() => expect(server.sent(add)).toHaveLength(2))
    waiting[1]?.()
    await waitFor(() => expect(screen.queryByRole('list', {name: 'Uploads'})).toBeNull())
  })

  it('can be cancelled while they are uploaded', async () => {
    server.on(add, () => new Promise(() => {}))
    show()
    await choose(photo)
    await user.click(await screen.findByRole('button', {name: 'Cancel lunch.jpg'}))
    expect(screen.queryByRole('list', {name: 'Uploads'})).toBeNull()
  })

  it('are refused with the reason, and cannot be retried if the file is at fault', async () => {
    server.on(add, () => problem(415, {detail: 'This is a Windows program.'}))
    show()
    await choose(photo)
    expect(await screen.findByRole('alert')).toHaveTextContent(/^lunch\.jpg was not added\.\s*This is a Windows program\.$/)
    expect(screen.queryByRole('button', {name: 'Try lunch.jpg again'})).toBeNull()
    await user.click(screen.getByRole('button', {name: 'Dismiss lunch.jpg'}))
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('can be retried after the connection was lost', async () => {
    server.on(add, unreachable)
    show()
    await choose(photo)
    expect(await screen.findByRole('alert')).toHaveTextContent('Outlay cannot be reached. Check your connection and try again.')
    server.on(add, () => json(aReceipt(), 201))
    await user.click(screen.getByRole('button', {name: 'Try lunch.jpg again'}))
    expect(await tile()).toBeVisible()
  })

  it('are not sent if they are too large', async () => {
    show()
    const large = new File([''], 'large.pdf', {type: 'application/pdf'})
    Object.defineProperty(large, 'size', {value: 11 * 1024 * 1024})
    await choose(large)
    expect(await screen.findByRole('alert')).toHaveTextContent('A receipt can be 10 MB at most.')
    expect(server.calls).toEqual([])
  })

  it('can be pasted anywhere', async () => {
    show()
    await fireEvent.paste(document, {clipboardData: {files: [photo]}})
    expect(await tile()).toBeVisible()
  })

  it('report a failure after the dialog was closed', async () => {
    const fail = vi.fn()
    server.on(add, () => new Promise((resolve) => fail.mockImplementation(() => resolve(problem(415, {detail: 'This is a Windows program.'})))))
    const {unmount} = show()
    await choose(photo)
    await arrived(add)
    unmount()
    fail()
    await waitFor(() => expect(toasts.items.map(({text}) => text)).toEqual(['lunch.jpg was not added. This is a Windows program.']))
  })

  it('are removed after a confirmation', async () => {
    server.on('DELETE /receipts/receipt-1', undefined)
    show(aReceipt())
    await user.click(screen.getByRole('button', {name: 'Remove receipt lunch.jpg'}))
    const dialog = screen.getByRole('dialog', {name: 'Remove this receipt?'})
    expect(dialog).toHaveTextContent('lunch.jpg is deleted permanently. The expense is kept.')
    await user.click(within(dialog).getByRole('button', {name: 'Remove'}))
    await arrived('DELETE /receipts/receipt-1')
    await waitFor(() => expect(screen.queryByRole('button', {name: 'Receipt lunch.jpg'})).toBeNull())
  })

  it('can be viewed one by one with the arrow keys', async () => {
    show(aReceipt(), aReceipt({id: 'r2', name: 'invoice.pdf', media_type: 'application/pdf'}), aReceipt({id: 'r3', name: 'scan.heic', media_type: 'image/heic', thumbnail: false}))
    await user.click(await tile())
    expect(screen.getByRole('dialog', {name: 'lunch.jpg'})).toBeVisible()
    expect(screen.getByRole('link', {name: 'Open original'})).toHaveAttribute('href', '/api/v1/receipts/receipt-1/content')
    await user.keyboard('{ArrowRight}')
    expect(screen.getByRole('dialog', {name: 'invoice.pdf'})).toHaveTextContent('2 of 3')
    expect(screen.getByRole('link', {name: 'Save original'})).toHaveAttribute('download', 'invoice.pdf')
    await user.keyboard('{ArrowRight}')
    expect(screen.getByRole('dialog', {name: 'scan.heic'})).toHaveTextContent('There is no preview of this HEIC. Save it to open it.')
    expect(screen.getByRole('button', {name: 'Next receipt'})).toBeDisabled()
  })

  it('say that a preview cannot be shown', async () => {
    show(aReceipt())
    await user.click(await tile())
    const zoom = screen.getByRole('button', {name: 'Receipt lunch.jpg, zoom in'})
    await fireEvent.error(zoom.querySelector('img')!)
    expect(screen.getByRole('alert')).toHaveTextContent('The preview cannot be shown right now.')
  })
})
