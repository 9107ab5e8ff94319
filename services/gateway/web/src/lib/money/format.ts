import {decimalsOf} from './currencies'
import {fromMinor, type Money, toMinor} from './money'

export interface MoneyStyle {
  /** "always" also writes a plus sign, for income. */
  sign?: 'auto' | 'always'
  /** Leaves out the decimals, for axis labels. */
  whole?: boolean
}

const minus = '\u2212'
const formatters = new Map<string, Intl.NumberFormat>()

function formatter(locale: string, currency: string, style: MoneyStyle): Intl.NumberFormat {
  const key = `${locale}|${currency}|${style.sign ?? ''}|${style.whole ? 'w' : ''}`
  let found = formatters.get(key)
  if (!found) {
    const decimals = style.whole ? 0 : decimalsOf(currency)
    const options: Intl.NumberFormatOptions = {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay: style.sign === 'always' ? 'exceptZero' : 'negative',
    }
    found = new Intl.NumberFormat(supported(locale), options)
    formatters.set(key, found)
  }
  return found
}

/** The locale, or undefined if the browser does not support it: that must not break every amount on the page. */
export function supported(locale: string): string | undefined {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale.replaceAll('_', '-'))[0]
  } catch {
    return undefined
  }
}

export function formatMoney(money: Money, locale: string, style: MoneyStyle = {}): string {
  const exact = fromMinor(toMinor(money), money.currency).amount as Intl.StringNumericLiteral
  return formatter(locale, money.currency, style)
    .formatToParts(exact)
    .map((part) => (part.type === 'minusSign' ? minus : part.value))
    .join('')
}

export function decimalSeparator(locale: string): string {
  const parts = new Intl.NumberFormat(supported(locale)).formatToParts(1.5)
  return parts.find((part) => part.type === 'decimal')?.value ?? '.'
}

/** The amount as a user would type it, for an input. */
export const editable = (money: Money, locale: string): string => money.amount.replace('.', decimalSeparator(locale))
