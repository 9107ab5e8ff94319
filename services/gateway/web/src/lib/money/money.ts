import {decimalsOf} from './currencies'

/** As in the API: a decimal string, never a float. */
export interface Money {
  amount: string
  currency: string
}

const decimalPattern = /^(-?)(\d+)(?:\.(\d+))?$/

/** The amount in the currency's smallest unit, exact. */
export function toMinor(money: Money): bigint {
  const match = decimalPattern.exec(money.amount)
  if (!match) throw new RangeError(`Not a decimal amount: ${money.amount}`)
  const decimals = decimalsOf(money.currency)
  const [, sign, whole = '0', fraction = ''] = match
  if (fraction.slice(decimals).replace(/0/g, '') !== '') throw new RangeError(`Too many decimals: ${money.amount}`)
  const minor = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  return sign ? -minor : minor
}

export function fromMinor(minor: bigint, currency: string): Money {
  const decimals = decimalsOf(currency)
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = decimals ? `.${digits.slice(-decimals)}` : ''
  return {amount: `${minor < 0n ? '-' : ''}${whole}${fraction}`, currency}
}

export const isZero = (money: Money): boolean => toMinor(money) === 0n
export const isNegative = (money: Money): boolean => toMinor(money) < 0n
export const negate = (money: Money): Money => fromMinor(-toMinor(money), money.currency)

export function difference(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new RangeError(`${a.currency} minus ${b.currency}`)
  return fromMinor(toMinor(a) - toMinor(b), a.currency)
}

/** An equal share, rounded down to the smallest unit. */
export const shareOf = (money: Money, parts: number): Money => fromMinor(toMinor(money) / BigInt(parts), money.currency)

/** Whole percent of part in total, rounded down; 0 when there is no total. */
export function percentOf(part: Money, total: Money): number {
  const all = toMinor(total)
  return all === 0n ? 0 : Number((toMinor(part) * 100n) / all)
}

/** Only for drawing a chart: lengths of bars may be floats, money may not. */
export const forDrawing = (money: Money): number => Number(money.amount)
