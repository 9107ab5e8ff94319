import {beforeEach, describe, expect, it} from 'vitest'
import {dropDrafts, keepDraft, noDraft, readDraft} from './draft'

class Memory implements Storage {
  [name: string]: unknown
  get length() {
    return Object.keys(this).length
  }
  key = () => null
  clear = () => {}
  getItem(key: string) {
    return (this[key] as string) ?? null
  }
  setItem(key: string, value: string) {
    this[key] = value
  }
  removeItem(key: string) {
    delete this[key]
  }
}

describe('a half-typed entry', () => {
  let storage: Storage
  beforeEach(() => (storage = new Memory()))

  it('comes back', () => {
    keepDraft(storage, 'maria', {...noDraft, amount: '12.'})
    expect(readDraft(storage, 'maria')).toEqual({...noDraft, amount: '12.'})
  })

  it('is nobody else’s', () => {
    keepDraft(storage, 'maria', {...noDraft, amount: '12.'})
    expect(readDraft(storage, 'otto')).toEqual(noDraft)
    dropDrafts(storage)
    expect(readDraft(storage, 'maria')).toEqual(noDraft)
  })

  it('leaves nothing behind when it is emptied, and survives nonsense', () => {
    keepDraft(storage, 'maria', {...noDraft, payee: 'B'})
    keepDraft(storage, 'maria', noDraft)
    expect(storage.getItem('outlay.draft.maria')).toBeNull()
    storage.setItem('outlay.draft.maria', '{')
    expect(readDraft(storage, 'maria')).toEqual(noDraft)
  })
})
