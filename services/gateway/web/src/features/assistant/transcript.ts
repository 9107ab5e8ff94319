import type {Block} from '../../lib/api/types'
import type {Money} from '../../lib/money/money'
import {isShown, textOf, type Turn} from './turns'

const amount = (money: Money) => `${money.amount} ${money.currency}`
const line = (...parts: (string | undefined)[]) => parts.filter(Boolean).join('  ')

/** A block in plain text, with exact amounts and currency codes as in the API. */
export function blockAsText(block: Block): string {
  switch (block.type) {
    case 'text':
    case 'agent':
      return block.text
    case 'figures':
      return block.figures.map((figure) => `${figure.label}: ${figure.amount ? amount(figure.amount) : (figure.count ?? '')}`).join('\n')
    case 'entries':
      return [
        ...block.entries.map((entry) => line(entry.spent_on, amount(entry.amount), entry.payee, entry.category, entry.description)),
        block.total > block.entries.length ? `(${block.entries.length} of ${block.total})` : '',
      ].filter(Boolean).join('\n')
    case 'budgets':
      return block.budgets
        .map((budget) => `${budget.name}: ${amount(budget.spent)} of ${amount(budget.limit)} (${budget.percent}%, ${budget.from} to ${budget.to})`)
        .join('\n')
    case 'ranking':
      return block.items.map((item) => `${item.label}: ${amount(item.amount)}`).join('\n')
    case 'card':
      return [`${block.title} [${block.state}]`, ...block.fields.map((field) => `  ${field.label}: ${field.value}`)].join('\n')
    case 'options':
      return [block.title, ...block.options.map((option) => `- ${option.label}`)].filter(Boolean).join('\n')
    case 'link':
      return `${block.label}: ${block.url}`
    case 'image':
      return `${block.alternative}: ${block.url}`
    case 'search':
      return [block.title, ...block.results.map((result) => line(result.title, result.text, result.url))].filter(Boolean).join('\n')
    case 'pause':
      return ''
  }
}

const headings = {failed: 'Not answered: ', stopped: 'Stopped. ', answered: '', answering: ''} as const

export function transcriptAsText(turns: readonly Turn[]): string {
  return turns
    .map((turn) => {
      const answer = turn.blocks.filter(isShown).map(blockAsText).join('\n')
      return `[${turn.at}] You: ${textOf(turn.said)}\n\nOutlay: ${headings[turn.state]}${turn.failure?.text ?? ''}${answer}\n`
    })
    .join('\n')
}

export const transcriptAsJson = (turns: readonly Turn[]): string =>
  JSON.stringify({turns: turns.map(({at, said, state, failure, answer, blocks}) => ({at, said, state, failure: failure?.text, ...answer, blocks}))}, null, 2)

/** Makes the browser save a file. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], {type}))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers read it only later.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
