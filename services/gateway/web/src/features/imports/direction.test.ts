import {describe, expect, it} from 'vitest'
import {swapDirection} from './direction'

describe('swapping expenses and income', () => {
  it('changes the sign', () => {
    expect(swapDirection({sign: 'spending-positive', columns: {amount: 1}}).sign).toBe('spending-negative')
  })

  it('changes what the words mean', () => {
    expect(swapDirection({kinds: {Af: 'expense', Bij: 'income', X: 'ignore'}, columns: {amount: 1}}).kinds).toEqual({Af: 'income', Bij: 'expense', X: 'ignore'})
  })

  it('exchanges the two columns', () => {
    expect(swapDirection({columns: {date: 0, debit: 1, credit: 2}}).columns).toEqual({date: 0, debit: 2, credit: 1})
    expect(swapDirection({columns: {date: 0, debit: 1}}).columns).toEqual({date: 0, credit: 1})
  })

  it('gives the same file when it is done twice', () => {
    const mapping = {sign: 'spending-negative', kinds: {D: 'expense'}, columns: {amount: 1}} as const
    expect(swapDirection(swapDirection(mapping))).toEqual(mapping)
  })
})
