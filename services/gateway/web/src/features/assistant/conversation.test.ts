import {beforeEach, describe, expect, it} from 'vitest'
import {ProblemError} from '../../lib/api/problem'
import type {Answer, Block, NewMessage} from '../../lib/api/types'
import {dropDrafts} from '../../lib/session/drafts'
import {MemoryStorage} from '../../testing/memory-storage'
import type {Ask, Piece} from './ask'
import {Conversation} from './conversation.svelte'
import type {CardBlock} from './turns'

const text = (words: string): Block => ({type: 'text', text: words})
const card = (state: CardBlock['state']): CardBlock => ({type: 'card', id: 'c1', action: 'add_expense', title: 'Add', fields: [], parameters: {}, state})
const answered = (change: Partial<Answer> = {}): Answer => ({
  conversation: 'sealed', adapter: 'builtin', fallback: false, language: 'en', intent: 'spending', outcome: 'answered',
  blocks: [text('$5.00')], suggestions: ['and in May?'], choices: [], ...change,
})

/** A conversation with an assistant that gives these answers, one after the other. */
function world() {
  const told: NewMessage[] = []
  const script: (Piece | Error)[][] = []
  const waits: number[] = []
  let now = Date.parse('2026-11-30T10:00:00Z')
  let changes = 0
  let hold: Promise<void> | undefined
  const ask: Ask = async function* (message, signal) {
    told.push(message)
    for (const step of script.shift() ?? []) {
      if (hold) await Promise.race([hold, new Promise((resolve) => signal.addEventListener('abort', resolve))])
      signal.throwIfAborted()
      if (step instanceof Error) throw step
      yield step
    }
  }
  const storage = new MemoryStorage()
  const tab = new MemoryStorage()
  const make = () =>
    new Conversation({ask, wait: async (milliseconds) => void waits.push(milliseconds), now: () => now, changed: () => void changes++, storage, tab})
  const conversation = make()
  conversation.enter('maria')
  return {
    conversation, make, told, script, waits, storage, tab,
    changes: () => changes,
    pass: (milliseconds: number) => (now += milliseconds),
    holdBack: () => {
      let release = () => {}
      hold = new Promise((resolve) => (release = resolve))
      return () => ((hold = undefined), release())
    },
  }
}

let w: ReturnType<typeof world>
beforeEach(() => (w = world()))

describe('a message', () => {
  it('is shown at once, and its blocks as they arrive', async () => {
    const release = w.holdBack()
    w.script.push([{block: text('$5')}, {answer: answered()}])
    const sending = w.conversation.send('  groceries?  ')
    expect(w.conversation.last).toMatchObject({said: {text: 'groceries?'}, state: 'answering', blocks: []})
    release()
    await sending
    expect(w.conversation.last).toMatchObject({state: 'answered', blocks: [text('$5.00')], answer: {suggestions: ['and in May?']}})
  })

  it('is sent with the sealed context of the last answer', async () => {
    w.script.push([{answer: answered()}], [{answer: answered({conversation: 'next'})}], [])
    for (const words of ['one', 'two', 'three']) await w.conversation.send(words)
    expect(w.told.map((message) => message.conversation)).toEqual([undefined, 'sealed', 'next'])
  })

  it('is not sent while it is empty or too long, or another one is being answered', async () => {
    await w.conversation.send(' \n ')
    await w.conversation.send('x'.repeat(2001))
    expect(w.told).toEqual([])
    const release = w.holdBack()
    w.script.push([{answer: answered()}])
    const first = w.conversation.send('one')
    await w.conversation.send('two')
    release()
    await first
    expect(w.told).toHaveLength(1)
  })

  it('may pause for three seconds at most', async () => {
    const pause: Block = {type: 'pause', milliseconds: 9000, typing: true}
    w.script.push([{block: pause}, {answer: answered()}])
    await w.conversation.send('hi')
    expect(w.waits).toEqual([3000])
  })
})

describe('a failure', () => {
  const busy = new ProblemError({type: 'about:blank', title: 'Too many', status: 429, detail: 'Wait a moment.'}, 12)

  it('keeps the message and the partial answer, and says when to try again', async () => {
    w.script.push([{block: text('So far')}, busy])
    await w.conversation.send('groceries?')
    const {last} = w.conversation
    expect(last).toMatchObject({said: {text: 'groceries?'}, state: 'failed', blocks: [text('So far')], failure: {text: 'Wait a moment.'}})
    expect(last?.failure?.notBefore).toBe(Date.parse('2026-11-30T10:00:12Z'))
  })

  it('is tried again with the same words, in the same place', async () => {
    w.script.push([busy], [{answer: answered()}])
    await w.conversation.send('groceries?')
    await w.conversation.again()
    expect(w.told.map((message) => message.text)).toEqual(['groceries?', 'groceries?'])
    expect(w.conversation.turns).toHaveLength(1)
    await w.conversation.again()
    expect(w.told).toHaveLength(2)
  })

  it('can be taken back into the field to be written differently', async () => {
    w.script.push([busy])
    await w.conversation.send('groceries?')
    w.conversation.takeBack()
    expect([w.conversation.typed, w.conversation.turns]).toEqual(['groceries?', []])
  })
})

describe('an unsent message', () => {
  it('stays in this tab until it is sent, for its author only', async () => {
    w.conversation.typed = 'half a quest'
    const later = w.make()
    later.enter('otto')
    expect(later.typed).toBe('')
    later.enter('maria')
    expect(later.typed).toBe('half a quest')
    later.typed = ''
    expect(Object.keys(w.tab)).toEqual([])
  })

  it('is gone from the tab at sign-out', () => {
    w.conversation.typed = 'half a quest'
    dropDrafts(w.tab)
    expect(Object.keys(w.tab)).toEqual([])
  })
})

describe('stopping', () => {
  it('ends an answer, keeps its part, and can be asked again', async () => {
    w.script.push([{block: text('So far')}, {answer: answered()}], [{answer: answered()}])
    w.holdBack()
    const sending = w.conversation.send('groceries?')
    w.conversation.stop()
    await sending
    expect(w.conversation.last?.state).toBe('stopped')
  })

  it('does not stop a change half-way', async () => {
    w.script.push([{answer: answered({outcome: 'proposed', choices: ['confirm', 'cancel'], blocks: [card('proposed')]})}])
    await w.conversation.send('coffee 3.50')
    const release = w.holdBack()
    w.script.push([{answer: answered({outcome: 'done', choices: ['undo'], blocks: [card('done')]})}])
    const choosing = w.conversation.choose('confirm')
    expect(w.conversation.stoppable).toBe(false)
    w.conversation.stop()
    release()
    await choosing
    expect(w.conversation.last?.state).toBe('answered')
  })

  it('by clearing the conversation does not affect the next question', async () => {
    w.holdBack()
    w.script.push([{answer: answered()}])
    const first = w.conversation.send('one')
    w.conversation.clear()
    await first
    expect(w.conversation.turns).toEqual([])
    expect(w.conversation.busy).toBe(false)
  })
})

describe('a proposal', () => {
  it('can be confirmed on its card, once, and undone', async () => {
    const {conversation} = w
    w.script.push(
      [{answer: answered({outcome: 'proposed', choices: ['confirm', 'cancel'], blocks: [card('proposed')]})}],
      [{answer: answered({outcome: 'done', choices: ['undo'], blocks: [card('done')]})}],
      [{answer: answered({outcome: 'undone', choices: [], blocks: [card('undone')]})}],
    )
    await conversation.send('coffee 3.50')
    const [proposed] = conversation.turns
    expect(conversation.choicesOn(proposed!, card('proposed'))).toEqual(['confirm', 'cancel'])
    expect(w.changes()).toBe(0)
    await conversation.choose('confirm')
    expect(w.told.at(-1)).toEqual({choice: 'confirm', conversation: 'sealed'})
    expect(conversation.choicesOn(proposed!, card('proposed'))).toEqual([])
    expect(conversation.choicesOn(conversation.last!, card('done'))).toEqual(['undo'])
    expect(w.changes()).toBe(1)
    await conversation.choose('undo')
    expect(conversation.choicesOn(conversation.last!, card('undone'))).toEqual([])
    expect(w.changes()).toBe(2)
  })

  it('offers no choices once something else was asked', async () => {
    w.script.push([{answer: answered({outcome: 'proposed', choices: ['confirm', 'cancel'], blocks: [card('proposed')]})}], [{answer: answered()}])
    await w.conversation.send('coffee 3.50')
    await w.conversation.send('groceries?')
    expect(w.conversation.choicesOn(w.conversation.turns[0]!, card('proposed'))).toEqual([])
  })
})

describe('the stored conversation', () => {
  it('is nothing, unless it is turned on', async () => {
    w.script.push([{answer: answered()}])
    await w.conversation.send('groceries?')
    expect(Object.keys(w.storage)).toEqual([])
  })

  it('comes back after a reload, and goes on', async () => {
    w.conversation.keep(true)
    w.script.push([{answer: answered({choices: ['undo']})}], [{answer: answered()}])
    await w.conversation.send('groceries?')
    const later = w.make()
    later.enter('maria')
    expect([later.kept, later.turns, later.choices]).toEqual([true, w.conversation.turns, ['undo']])
    await later.send('and in May?')
    expect(w.told.at(-1)?.conversation).toBe('sealed')
    expect(later.turns.map((turn) => turn.id)).toEqual([1, 2])
  })

  it('offers no choice that the server has forgotten', async () => {
    w.conversation.keep(true)
    w.script.push([{answer: answered({choices: ['undo']})}])
    await w.conversation.send('groceries?')
    w.pass(2 * 3_600_000)
    const later = w.make()
    later.enter('maria')
    expect(later.choices).toEqual([])
  })

  it('belongs to one user, and leaves memory when another signs in', async () => {
    w.conversation.keep(true)
    w.conversation.typed = 'half'
    w.script.push([{answer: answered()}])
    await w.conversation.send('groceries?')
    w.conversation.enter('otto')
    expect([w.conversation.turns, w.conversation.kept, w.conversation.typed]).toEqual([[], false, ''])
  })

  it('is cleared, and erased when it is turned off', async () => {
    w.conversation.keep(true)
    w.script.push([{answer: answered()}], [{answer: answered()}])
    await w.conversation.send('groceries?')
    w.conversation.clear()
    expect(JSON.stringify(w.storage)).not.toContain('groceries')
    expect(w.conversation.kept).toBe(true)
    await w.conversation.send('again')
    w.conversation.keep(false)
    expect(Object.keys(w.storage)).toEqual([])
    expect(w.conversation.turns).toHaveLength(1)
  })

  it('is not written back after another tab erased it', async () => {
    w.conversation.keep(true)
    const [key] = Object.keys(w.storage)
    w.storage.removeItem(key!)
    w.conversation.storageChanged(key!)
    w.script.push([{answer: answered()}])
    await w.conversation.send('groceries?')
    expect(Object.keys(w.storage)).toEqual([])
  })
})
