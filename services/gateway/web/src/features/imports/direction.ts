import type {ImportMapping} from '../../lib/api/types'

const opposite = {expense: 'income', income: 'expense', ignore: 'ignore'} as const

/** Reads every expense of the file as income, and the other way round. */
export function swapDirection(mapping: ImportMapping): ImportMapping {
  const {debit, credit, ...columns} = mapping.columns ?? {}
  if (columns.amount === undefined && (debit !== undefined || credit !== undefined)) {
    return {...mapping, columns: {...columns, ...(credit !== undefined && {debit: credit}), ...(debit !== undefined && {credit: debit})}}
  }
  const sign = mapping.sign === 'spending-positive' ? 'spending-negative' : 'spending-positive'
  if (!mapping.kinds) return {...mapping, sign}
  const kinds = Object.fromEntries(Object.entries(mapping.kinds).map(([word, kind]) => [word, opposite[kind]]))
  return {...mapping, sign, kinds}
}
