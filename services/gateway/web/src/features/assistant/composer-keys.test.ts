import {describe, expect, it} from 'vitest'
import {actionOf, QuestionHistory} from './composer-keys'

const key = (name: string, change = {}) => ({key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...change})
const empty = {value: '', recalling: false}
const written = {value: 'coffee', recalling: false}

describe('a key in the field', () => {
  it('sends with Enter, and begins a new line with Shift and Enter', () => {
    expect(actionOf(key('Enter'), written)).toBe('send')
    expect(actionOf(key('Enter', {shiftKey: true}), written)).toBeUndefined()
  })

  it('leaves Enter and arrows to an input method while a word is composed', () => {
    expect(actionOf(key('Enter', {isComposing: true}), written)).toBeUndefined()
    expect(actionOf(key('ArrowUp', {isComposing: true}), empty)).toBeUndefined()
  })

  it('recalls with the arrow up, but not while something is typed', () => {
    expect(actionOf(key('ArrowUp'), empty)).toBe('earlier')
    expect(actionOf(key('ArrowUp'), written)).toBeUndefined()
    expect(actionOf(key('ArrowUp'), {value: 'coffee', recalling: true})).toBe('earlier')
    expect(actionOf(key('ArrowDown'), {value: 'coffee', recalling: true})).toBe('later')
    expect(actionOf(key('ArrowDown'), empty)).toBeUndefined()
  })
})

describe('the earlier questions', () => {
  const asked = ['third', 'second', 'first']

  it('are recalled backwards, and forwards to an empty field', () => {
    const recall = new QuestionHistory()
    expect([recall.earlier(asked), recall.earlier(asked), recall.earlier(asked), recall.earlier(asked)]).toEqual([...asked, undefined])
    expect([recall.later(asked), recall.later(asked), recall.later(asked)]).toEqual(['second', 'third', ''])
  })

  it('are no longer recalled once the text was changed', () => {
    const recall = new QuestionHistory()
    recall.earlier(asked)
    expect(recall.shows('third', asked)).toBe(true)
    expect(recall.shows('third!', asked)).toBe(false)
  })
})
