import {describe, expect, it} from 'vitest'
import {Suggestion} from './suggestion'

describe('the suggested category', () => {
  it('is requested once for each payee', async () => {
    const asked: string[] = []
    const suggestion = new Suggestion(async (payee) => (asked.push(payee), 'food'))
    expect(await suggestion.for('Bakery')).toBe('food')
    expect(await suggestion.settled('Bakery')).toBe('food')
    await suggestion.for('Cinema')
    expect(asked).toEqual(['Bakery', 'Cinema'])
  })

  it('is waited for while it is requested', async () => {
    let answer = (_category: string) => {}
    const suggestion = new Suggestion(() => new Promise((resolve) => (answer = resolve)))
    const settled = suggestion.settled('Bakery')
    answer('food')
    expect(await settled).toBe('food')
  })

  it('is not waited for longer than a moment', async () => {
    const suggestion = new Suggestion(() => new Promise(() => {}))
    expect(await suggestion.settled('Bakery', 1)).toBeNull()
  })

  it('is none if the request fails, or without a payee', async () => {
    const suggestion = new Suggestion(() => Promise.reject(new Error('offline')))
    expect(await suggestion.settled('Bakery')).toBeNull()
    expect(await suggestion.settled('')).toBeNull()
  })

  it('is requested again after an entry was recorded', async () => {
    let asked = 0
    const suggestion = new Suggestion(async () => String(++asked))
    await suggestion.for('Bakery')
    suggestion.forget()
    expect(await suggestion.for('Bakery')).toBe('2')
  })
})
