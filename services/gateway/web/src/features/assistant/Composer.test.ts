import {render, screen} from '@testing-library/svelte'
import userEvent, {type UserEvent} from '@testing-library/user-event'
import {beforeEach, describe, expect, it, vi} from 'vitest'
import type {Ask} from './ask'
import Composer from './Composer.svelte'
import {Conversation, maxLength} from './conversation.svelte'

let user: UserEvent
let conversation: Conversation
const onsend = vi.fn()

beforeEach(() => {
  user = userEvent.setup({delay: null})
  onsend.mockReset()
  const ask: Ask = () => {
    throw new Error('No answer.')
  }
  conversation = new Conversation({ask, wait: async () => {}, now: Date.now, changed: () => {}, storage: undefined, tab: undefined})
})

const show = (ready = true) => render(Composer, {conversation, ready, onsend})
const field = () => screen.getByLabelText('Your message')

describe('the message field', () => {
  it('sends with Enter and is emptied, but not with Shift and Enter', async () => {
    show()
    await user.type(field(), 'How much{Shift>}{Enter}{/Shift}on groceries?')
    expect(onsend).not.toHaveBeenCalled()
    await user.keyboard('{Enter}')
    expect(onsend).toHaveBeenCalledExactlyOnceWith('How much\non groceries?')
    expect(field()).toHaveValue('')
  })

  it('sends nothing while it is empty, or before it is known who receives it', async () => {
    const {unmount} = show()
    expect(screen.getByRole('button', {name: 'Send'})).toBeDisabled()
    await user.type(field(), '  {Enter}')
    unmount()
    show(false)
    await user.type(field(), 'Hello{Enter}')
    expect(onsend).not.toHaveBeenCalled()
    expect(screen.getByRole('button', {name: 'Send'})).toBeDisabled()
  })

  it('counts down near the limit, and refuses what is too long', async () => {
    conversation.typed = 'x'.repeat(maxLength - 10)
    show()
    expect(field()).toHaveAccessibleDescription('1,990 / 2,000')
    await user.type(field(), 'y'.repeat(11))
    expect(field()).toHaveAccessibleDescription('1 character too many')
    expect(field()).toBeInvalid()
    await user.keyboard('{Enter}')
    expect(onsend).not.toHaveBeenCalled()
  })

  it('recalls the earlier questions with the arrow keys', async () => {
    await conversation.send('First?')
    await conversation.send('Second?')
    show()
    await user.type(field(), '{ArrowUp}')
    expect(field()).toHaveValue('Second?')
    await user.keyboard('{ArrowUp}')
    expect(field()).toHaveValue('First?')
    await user.keyboard('{ArrowDown}{ArrowDown}')
    expect(field()).toHaveValue('')
  })
})
