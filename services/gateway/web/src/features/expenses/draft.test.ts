import {beforeEach, describe, expect, it} from 'vitest'
import {dropDrafts} from '../../lib/session/drafts'
import {MemoryStorage} from '../../testing/memory-storage'
import {keepDraft, noDraft, readDraft} from './draft'

describe('a half-typed entry', () => {
  let storage: Storage
  beforeEach(() => (storage = new MemoryStorage()))

  it('comes back', () => {
    keepDraft(storage, 'maria', {...noDraft, amount: '12.'})
    expect(readDraft(storage, 'maria')).toEqual({...noDraft, amount: '12.'})
  })

  it('belongs to one user', () => {
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
