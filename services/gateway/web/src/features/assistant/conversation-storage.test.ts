import {describe, expect, it} from 'vitest'
import {MemoryStorage} from '../../testing/memory-storage'
import {ConversationStorage, emptyConversation, eraseConversation, maxCharacters, maxTurns} from './conversation-storage'
import type {Turn} from './turns'

const turn = (id: number, words = 'groceries?'): Turn => ({id, at: '2026-11-30T10:00:00Z', said: {text: words}, blocks: [], state: 'answered'})
const turns = (count: number, words?: string) => Array.from({length: count}, (_, index) => turn(index + 1, words))

describe('storing a conversation', () => {
  it('is off until something is written', () => {
    const storage = new MemoryStorage()
    expect(new ConversationStorage(storage, 'maria').on).toBe(false)
    new ConversationStorage(storage, 'maria').write(emptyConversation)
    expect(new ConversationStorage(storage, 'maria').on).toBe(true)
    expect(new ConversationStorage(storage, 'otto').on).toBe(false)
  })

  it('keeps a limited number of turns, the newest', () => {
    const keeping = new ConversationStorage(new MemoryStorage(), 'maria')
    keeping.write({...emptyConversation, turns: turns(maxTurns + 5)})
    expect(keeping.read().turns).toHaveLength(maxTurns)
    expect(keeping.read().turns.at(-1)?.id).toBe(maxTurns + 5)
  })

  it('keeps a limited number of characters', () => {
    const storage = new MemoryStorage()
    const keeping = new ConversationStorage(storage, 'maria')
    keeping.write({...emptyConversation, turns: turns(20, 'x'.repeat(maxCharacters / 10))})
    const [key] = Object.keys(storage)
    expect(storage.getItem(key!)!.length).toBeLessThanOrEqual(maxCharacters)
    expect(keeping.read().turns.at(-1)?.id).toBe(20)
  })

  it('leaves out what is still being answered', () => {
    const keeping = new ConversationStorage(new MemoryStorage(), 'maria')
    keeping.write({...emptyConversation, turns: [turn(1), {...turn(2), state: 'answering'}]})
    expect(keeping.read().turns.map(({id}) => id)).toEqual([1])
  })

  it('ends at sign-out for that user', () => {
    const storage = new MemoryStorage()
    for (const user of ['maria', 'otto']) new ConversationStorage(storage, user).write(emptyConversation)
    eraseConversation(storage, 'maria')
    expect([new ConversationStorage(storage, 'maria').on, new ConversationStorage(storage, 'otto').on]).toEqual([false, true])
  })

  it.each(['{', 'null', '[]', '{"version":0,"turns":[]}', '{"version":1,"turns":{}}'])('survives %s in the storage', (nonsense) => {
    const storage = new MemoryStorage()
    const keeping = new ConversationStorage(storage, 'maria')
    keeping.write(emptyConversation)
    storage.setItem(Object.keys(storage)[0]!, nonsense)
    expect(keeping.read()).toEqual(emptyConversation)
  })

  it('says so when the browser has no room or no storage', () => {
    class Full extends MemoryStorage {
      override setItem() {
        throw new DOMException('full', 'QuotaExceededError')
      }
    }
    expect(new ConversationStorage(new Full(), 'maria').write(emptyConversation)).toBe(false)
    expect(new ConversationStorage(undefined, 'maria').write(emptyConversation)).toBe(false)
  })
})
