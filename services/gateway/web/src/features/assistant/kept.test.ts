import {describe, expect, it} from 'vitest'
import {Memory} from '../../testing/memory-storage'
import {eraseConversation, Keeping, mostCharacters, mostTurns, nothingKept} from './kept'
import type {Turn} from './turns'

const turn = (id: number, words = 'groceries?'): Turn => ({id, at: '2026-11-30T10:00:00Z', said: {text: words}, blocks: [], state: 'answered'})
const turns = (count: number, words?: string) => Array.from({length: count}, (_, index) => turn(index + 1, words))

describe('keeping a conversation', () => {
  it('is off until something is written', () => {
    const storage = new Memory()
    expect(new Keeping(storage, 'maria').on).toBe(false)
    new Keeping(storage, 'maria').write(nothingKept)
    expect(new Keeping(storage, 'maria').on).toBe(true)
    expect(new Keeping(storage, 'otto').on).toBe(false)
  })

  it('keeps the newest, and only so many', () => {
    const keeping = new Keeping(new Memory(), 'maria')
    keeping.write({...nothingKept, turns: turns(mostTurns + 5)})
    expect(keeping.read().turns).toHaveLength(mostTurns)
    expect(keeping.read().turns.at(-1)?.id).toBe(mostTurns + 5)
  })

  it('keeps only so much of long ones', () => {
    const storage = new Memory()
    const keeping = new Keeping(storage, 'maria')
    keeping.write({...nothingKept, turns: turns(20, 'x'.repeat(mostCharacters / 10))})
    const [key] = Object.keys(storage)
    expect(storage.getItem(key!)!.length).toBeLessThanOrEqual(mostCharacters)
    expect(keeping.read().turns.at(-1)?.id).toBe(20)
  })

  it('leaves out what is still being answered', () => {
    const keeping = new Keeping(new Memory(), 'maria')
    keeping.write({...nothingKept, turns: [turn(1), {...turn(2), state: 'answering'}]})
    expect(keeping.read().turns.map(({id}) => id)).toEqual([1])
  })

  it('ends at sign-out for who signed out', () => {
    const storage = new Memory()
    for (const user of ['maria', 'otto']) new Keeping(storage, user).write(nothingKept)
    eraseConversation(storage, 'maria')
    expect([new Keeping(storage, 'maria').on, new Keeping(storage, 'otto').on]).toEqual([false, true])
  })

  it.each(['{', 'null', '[]', '{"version":0,"turns":[]}', '{"version":1,"turns":{}}'])('survives %s in the storage', (nonsense) => {
    const storage = new Memory()
    const keeping = new Keeping(storage, 'maria')
    keeping.write(nothingKept)
    storage.setItem(Object.keys(storage)[0]!, nonsense)
    expect(keeping.read()).toEqual(nothingKept)
  })

  it('says so when the browser has no room or no storage', () => {
    class Full extends Memory {
      override setItem() {
        throw new DOMException('full', 'QuotaExceededError')
      }
    }
    expect(new Keeping(new Full(), 'maria').write(nothingKept)).toBe(false)
    expect(new Keeping(undefined, 'maria').write(nothingKept)).toBe(false)
  })
})
