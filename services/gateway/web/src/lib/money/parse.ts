import {currencyCodes, decimalsOf} from './currencies'
import {decimalSeparator, formatMoney} from './format'
import type {Money} from './money'

export interface TypedAmount {
  money: Money
  /** Whether it was typed with a leading plus. */
  income: boolean
}

export class AmountError extends Error {}

const example = (locale: string) => `Enter an amount such as 12${decimalSeparator(locale)}50.`

/**
 * Reads a typed amount: "4,80", "1.234,50", "+2000", "12.50 usd". The last separator is the decimal separator. A single
 * separator before exactly three digits marks thousands, unless the locale uses it for decimals.
 */
export function parseAmount(text: string, homeCurrency: string, locale: string): TypedAmount {
  let rest = text.trim().replace(/[\s\u00a0\u202f'’_]/g, '').replace('\u2212', '-')
  if (rest === '') throw new AmountError('Enter an amount.')

  const income = rest.startsWith('+')
  if (income) rest = rest.slice(1)
  if (rest.startsWith('-')) throw new AmountError('Leave out the minus sign: enter expenses as plain amounts, and income with a plus sign.')

  const named = /^([A-Za-z]{3})?([\d.,]+)([A-Za-z]{3})?$/.exec(spellOutSymbol(rest, homeCurrency))
  if (!named || (named[1] && named[3])) throw new AmountError(example(locale))
  const currency = (named[1] ?? named[3] ?? homeCurrency).toUpperCase()
  if (!currencyCodes.includes(currency)) throw new AmountError(`${currency} is not a known currency.`)

  const amount = normalise(named[2] ?? '', currency, locale)
  if (!/[1-9]/.test(amount)) throw new AmountError('Enter an amount above zero.')
  return {money: {amount, currency}, income}
}

const symbolCurrency: Record<string, string> = {'€': 'EUR', $: 'USD', '£': 'GBP', '¥': 'JPY'}

/** "$5" is in the home currency if that is a dollar, otherwise in US dollars. */
function spellOutSymbol(text: string, homeCurrency: string): string {
  return text.replace(/[€$£¥]/, (symbol) =>
    formatMoney({amount: '0', currency: homeCurrency}, 'en').includes(symbol) ? homeCurrency : (symbolCurrency[symbol] ?? ''),
  )
}

/** Digits alone, in groups of three, or as in India (12,34,567). Anything else is a typing error. */
const groups = /^(\d*|\d{1,3}(\.\d{3})+|\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3})$/

function normalise(digits: string, currency: string, locale: string): string {
  const decimals = decimalsOf(currency)
  const point = decimalPoint(digits, decimals, locale)
  const grouped = point < 0 ? digits : digits.slice(0, point)
  const separator = /[.,]/.exec(grouped)?.[0]
  if (!groups.test(grouped) || (separator && separator === digits[point])) throw new AmountError(example(locale))
  const whole = grouped.replace(/[.,]/g, '').replace(/^0+(?=\d)/, '') || '0'
  const fraction = point < 0 ? '' : digits.slice(point + 1)
  if (whole.length > 12) throw new AmountError('This amount is too large.')
  if (fraction.length > decimals) {
    throw new AmountError(decimals ? `${currency} amounts have at most ${decimals} decimals.` : `${currency} amounts have no decimals.`)
  }
  return decimals ? `${whole}.${fraction.padEnd(decimals, '0')}` : whole
}

/** The index of the decimal separator, or -1. */
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
