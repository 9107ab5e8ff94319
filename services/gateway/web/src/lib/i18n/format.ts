import {formatClock, formatDay, formatInstant, formatRange, today} from '../dates/days'
import {formatMoney, type MoneyStyle} from '../money/format'
import type {Money} from '../money/money'
import {session} from '../session/session.svelte'

// Amounts and dates in the locale and time zone of whoever is signed in.

export const money = (value: Money, style?: MoneyStyle): string => formatMoney(value, session.locale, style)
export const day = (value: string): string => formatDay(value, session.locale, session.today.slice(0, 4))
export const dayRange = (from: string, to: string): string => formatRange(from, to, session.locale, session.today.slice(0, 4))
export const instant = (value: string): string => formatInstant(value, session.locale, session.timeZone)

const dateOf = (value: string): string => today(session.timeZone, new Date(value))
const clock = (value: string): string => formatClock(value, session.locale, session.timeZone)

/** The day of an instant in the user's time zone. */
export const dayOf = (value: string): string => day(dateOf(value))

/** The time alone if it is the day that was just mentioned, otherwise day and time. */
export const instantAfter = (value: string, mentioned: string): string =>
  dateOf(value) === dateOf(mentioned) ? clock(value) : instant(value)
