import {expect, it} from 'vitest'
import type {Block} from '../../lib/api/types'
import {transcriptAsJson, transcriptAsText} from './transcript'
import type {Turn} from './turns'

const usd = (amount: string) => ({amount, currency: 'USD'})
const blocks: Block[] = [
  {type: 'text', text: 'You spent $412.35.'},
  {type: 'pause', milliseconds: 500, typing: true},
  {type: 'figures', figures: [{kind: 'spent', label: 'Groceries', amount: usd('412.35')}, {kind: 'count', label: 'Entries', count: 7}]},
  {
    type: 'entries',
    total: 57,
    entries: [
      {id: '1', kind: 'expense', spent_on: '2017-09-03', payee: 'Safeway', description: '', category: 'Food', amount: usd('3.50'), home_amount: usd('3.50'), link: '/expenses'},
    ],
  },
  {type: 'card', id: '1', action: 'add_expense', title: 'Add an expense', fields: [{name: 'amount', label: 'Amount', value: '$3.50'}], parameters: {}, state: 'done'},
]
const turns: Turn[] = [
  {id: 1, at: '2026-11-30T10:00:00.000Z', said: {text: 'groceries?'}, blocks, state: 'answered', answer: {language: 'en', outcome: 'answered', fallback: false, suggestions: []}},
  {id: 2, at: '2026-11-30T10:01:00.000Z', said: {choice: 'undo'}, blocks: [], state: 'failed', failure: {text: 'Wait a moment.'}},
]

it('is plain text with exact amounts', () => {
  expect(transcriptAsText(turns)).toBe(`[2026-11-30T10:00:00.000Z] You: groceries?

Outlay: You spent $412.35.
Groceries: 412.35 USD
Entries: 7
2017-09-03  3.50 USD  Safeway  Food
(1 of 57)
Add an expense [done]
  Amount: $3.50

[2026-11-30T10:01:00.000Z] You: Undo

Outlay: Not answered: Wait a moment.
`)
})

it('is JSON for programs, without the sealed context', () => {
  const [first, second] = (JSON.parse(transcriptAsJson(turns)) as {turns: Record<string, unknown>[]}).turns
  expect(first).toMatchObject({at: '2026-11-30T10:00:00.000Z', said: {text: 'groceries?'}, state: 'answered', language: 'en', blocks})
  expect(second).toEqual({at: '2026-11-30T10:01:00.000Z', said: {choice: 'undo'}, state: 'failed', failure: 'Wait a moment.', blocks: []})
})
