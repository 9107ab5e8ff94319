import {createRawSnippet} from 'svelte'
import {render, screen, waitFor} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import Confirm from './Confirm.svelte'

let user: UserEvent
const work = vi.fn()
const onclose = vi.fn()
const children = createRawSnippet(() => ({render: () => '<p>Your expenses are kept.</p>'}))

beforeEach(() => {
  user = userEvent.setup({delay: null})
  work.mockReset().mockResolvedValue(undefined)
  onclose.mockReset()
  render(Confirm, {title: 'Delete Coffee?', action: 'Delete', work, onclose, children})
})

describe('a confirmation', () => {
  it('shows the question and puts the focus on the harmless answer', () => {
    expect(screen.getByRole('dialog', {name: 'Delete Coffee?'})).toHaveTextContent('Your expenses are kept.')
    expect(screen.getByRole('button', {name: 'Keep'})).toHaveFocus()
  })

  it('does the work and closes', async () => {
    await user.click(screen.getByRole('button', {name: 'Delete'}))
    expect(work).toHaveBeenCalledOnce()
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce())
  })

  it('stays open with the reason if the work fails, and can be repeated', async () => {
    work.mockRejectedValueOnce(new Error('The budget was changed meanwhile.'))
    await user.click(screen.getByRole('button', {name: 'Delete'}))
    expect(await screen.findByText('The budget was changed meanwhile.')).toBeVisible()
    expect(onclose).not.toHaveBeenCalled()
    await user.click(screen.getByRole('button', {name: 'Delete'}))
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce())
  })

  it('does the work once, however often the button is pressed', async () => {
    let finish = () => {}
    work.mockReturnValue(new Promise<void>((resolve) => (finish = resolve)))
    const button = screen.getByRole('button', {name: 'Delete'})
    await user.dblClick(button)
    expect(button).toBeDisabled()
    finish()
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce())
    expect(work).toHaveBeenCalledOnce()
  })

  it.each(['Keep', 'Close'])('changes nothing on %s', async (name) => {
    await user.click(screen.getByRole('button', {name}))
    expect(onclose).toHaveBeenCalledOnce()
    expect(work).not.toHaveBeenCalled()
  })

  it('changes nothing on Esc', async () => {
    await user.keyboard('{Escape}')
    expect(onclose).toHaveBeenCalledOnce()
    expect(work).not.toHaveBeenCalled()
  })
})
