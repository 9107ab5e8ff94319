import {decimalsOf} from './currencies'
import {fromMinor, type Money, toMinor} from './money'

/**
 * Converts a limit as the server does: rounded half to even, at least one minor unit. Without a rate the number stays the
 * same.
 */
export function convertLimit(limit: Money, rate: string | null, currency: string): Money {
  const [whole = '0', fraction = ''] = (rate ?? '1').split('.')
  const scaled = toMinor(limit) * BigInt(whole + fraction)
  const places = decimalsOf(limit.currency) + fraction.length - decimalsOf(currency)
  const minor = places <= 0 ? scaled * 10n ** BigInt(-places) : halfToEven(scaled, 10n ** BigInt(places))
  const most = 10n ** BigInt(12 + decimalsOf(currency)) - 1n
  return fromMinor(minor < 1n ? 1n : minor > most ? most : minor, currency)
}

function halfToEven(value: bigint, unit: bigint): bigint {
  const floor = value / unit
  const twice = (value % unit) * 2n
  return twice > unit || (twice === unit && floor % 2n === 1n) ? floor + 1n : floor
}
