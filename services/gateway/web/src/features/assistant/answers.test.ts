import {describe, expect, it} from 'vitest'
import {targetOf} from './address'
import {barLengths} from './bars'

const here = 'https://outlay.example'

describe('a link of an answer', () => {
  it.each([
    ['/expenses?from=2017-09-01', {kind: 'page', href: '/expenses?from=2017-09-01'}],
    ['https://outlay.example/budgets', {kind: 'page', href: '/budgets'}],
    ['/docs#tag/expenses', {kind: 'document', href: '/docs#tag/expenses'}],
    ['/api/v1/exports/expenses.csv', {kind: 'document', href: '/api/v1/exports/expenses.csv'}],
    ['https://www.ibm.com/a?b=1', {kind: 'elsewhere', href: 'https://www.ibm.com/a?b=1', host: 'www.ibm.com'}],
    ['//evil.example/x', {kind: 'elsewhere', href: 'https://evil.example/x', host: 'evil.example'}],
  ])('%s leads where it says', (url, target) => expect(targetOf(url, here)).toEqual(target))

  it.each(['javascript:alert(1)', 'JaVaScript:alert(1)', 'data:text/html,<b>', 'http://plain.example', 'https://', 'mailto:a@b.c'])(
    '%s leads nowhere',
    (url) => expect(targetOf(url, here)).toBeUndefined(),
  )
})

describe('bars', () => {
  it('are as long as their share of the largest, whatever the sign', () => {
    expect(barLengths([200n, -100n, 0n])).toEqual([1, 0.5, 0])
  })

  it('can be seen, and cope with amounts that no float holds', () => {
    expect(barLengths([1n, 99999999999999999999n])).toEqual([0.01, 1])
    expect(barLengths([0n, 0n])).toEqual([0, 0])
    expect(barLengths([])).toEqual([])
  })
})
