import {currencyCodes, decimalsOf} from './currencies'
import {decimalSeparator, formatMoney} from './format'
import type {Money} from './money'

export interface TypedAmount {
  money: Money
  /** A leading plus says that it came in. */
  income: boolean
}

export class AmountError extends Error {}

const example = (locale: string) => `Write an amount such as 12${decimalSeparator(locale)}50.`

/**
 * Reads what somebody typed: "4,80", "1.234,50", "+2000", "12.50 usd". Whichever separator comes last is the decimal
 * one; a single one before exactly three digits is taken for thousands unless the locale writes decimals with it.
 */
export function parseAmount(text: string, homeCurrency: string, locale: string): TypedAmount {
  let rest = text.trim().replace(/[\s\u00a0\u202f'’_]/g, '').replace('\u2212', '-')
  if (rest === '') throw new AmountError('Write an amount.')

  const income = rest.startsWith('+')
  if (income) rest = rest.slice(1)
  if (rest.startsWith('-')) throw new AmountError('Leave out the minus: an expense is a plain amount, income starts with +.')

  const named = /^([A-Za-z]{3})?([\d.,]+)([A-Za-z]{3})?$/.exec(spellOutSymbol(rest, homeCurrency))
  if (!named || (named[1] && named[3])) throw new AmountError(example(locale))
  const currency = (named[1] ?? named[3] ?? homeCurrency).toUpperCase()
  if (!currencyCodes.includes(currency)) throw new AmountError(`${currency} is not a currency.`)

  const amount = normalise(named[2] ?? '', currency, locale)
  if (!/[1-9]/.test(amount)) throw new AmountError('Write an amount above zero.')
  return {money: {amount, currency}, income}
}

const symbolCurrency: Record<string, string> = {'€': 'EUR', $: 'USD', '£': 'GBP', '¥': 'JPY'}

/** "$5" is home currency where that is some dollar, and US dollars elsewhere. */
function spellOutSymbol(text: string, homeCurrency: string): string {
  return text.replace(/[€$£¥]/, (symbol) =>
    formatMoney({amount: '0', currency: homeCurrency}, 'en').includes(symbol) ? homeCurrency : (symbolCurrency[symbol] ?? ''),
  )
}

/** Digits alone, in groups of three, or as in India (12,34,567). Anything else is a slip of the finger. */
const groups = /^(\d*|\d{1,3}(\.\d{3})+|\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3})$/

function normalise(digits: string, currency: string, locale: string): string {
  const decimals = decimalsOf(currency)
  const point = decimalPoint(digits, decimals, locale)
  const grouped = point < 0 ? digits : digits.slice(0, point)
  const separator = /[.,]/.exec(grouped)?.[0]
  if (!groups.test(grouped) || (separator && separator === digits[point])) throw new AmountError(example(locale))
  const whole = grouped.replace(/[.,]/g, '').replace(/^0+(?=\d)/, '') || '0'
  const fraction = point < 0 ? '' : digits.slice(point + 1)
  if (whole.length > 12) throw new AmountError('That is more than can be recorded.')
  if (fraction.length > decimals) {
    throw new AmountError(decimals ? `${currency} has at most ${decimals} decimals.` : `${currency} has no decimals.`)
  }
  return decimals ? `${whole}.${fraction.padEnd(decimals, '0')}` : whole
}

/** Where the decimal separator stands, -1 for none. */
function decimalPoint(digits: string, decimals: number, locale: string): number {
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','))
  if (last < 0) return -1
  const separator = digits[last]
  const before = digits.slice(0, last)
  if (before.includes(separator ?? '')) return -1
  const thousands = digits.length - last === 4
  const localSeparator = decimalSeparator(locale)
  if (/[.,]/.test(before)) return last
  return thousands && (separator !== localSeparator || decimals === 0) ? -1 : last
}
