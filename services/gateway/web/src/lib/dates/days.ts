import {supported} from '../money/format'

/** A calendar day, "2026-11-22". Days are compared and added without a time zone; only "today" needs one. */
export type Day = string

/** Whether a date is complete: while a year is typed, the field first has 0002, 0020 and 0202. */
export const isPlausible = (day: Day): boolean => /^(19|2\d)\d\d-\d\d-\d\d$/.test(day)

const parts = (day: Day): [number, number, number] => {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return [year, month, date]
}
const fromDate = (date: Date): Day => date.toISOString().slice(0, 10)
const utc = (day: Day): Date => new Date(`${day}T00:00:00Z`)

export function today(timeZone?: string, now = new Date()): Day {
  const options: Intl.DateTimeFormatOptions = {year: 'numeric', month: '2-digit', day: '2-digit'}
  try {
    return new Intl.DateTimeFormat('en-CA', {...options, timeZone}).format(now)
  } catch {
    return new Intl.DateTimeFormat('en-CA', options).format(now)
  }
}

export function addDays(day: Day, count: number): Day {
  const [year, month, date] = parts(day)
  return fromDate(new Date(Date.UTC(year, month - 1, date + count)))
}

export const monthOf = (day: Day): string => day.slice(0, 7)
export const firstOfMonth = (day: Day): Day => `${monthOf(day)}-01`

export function lastOfMonth(day: Day): Day {
  const [year, month] = parts(day)
  return fromDate(new Date(Date.UTC(year, month, 0)))
}

/** The first day of the month `count` months later, or earlier if negative. */
export function addMonths(day: Day, count: number): Day {
  const [year, month] = parts(day)
  return fromDate(new Date(Date.UTC(year, month - 1 + count, 1)))
}

export const daysBetween = (from: Day, to: Day): number => Math.round((utc(to).getTime() - utc(from).getTime()) / 864e5)

const formatter = (locale: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(supported(locale), {...options, timeZone: 'UTC'})

/** "22 Nov", with the year unless it is this year. */
export function formatDay(day: Day, locale: string, thisYear: string): string {
  const year = day.startsWith(thisYear) ? undefined : 'numeric'
  return formatter(locale, {day: 'numeric', month: 'short', year}).format(utc(day))
}

export const formatMonth = (month: string, locale: string, style: 'long' | 'short' = 'long'): string =>
  formatter(locale, {month: style, year: style === 'long' ? 'numeric' : '2-digit'}).format(utc(`${month.slice(0, 7)}-01`))

export const formatMonthName = (day: Day, locale: string): string => formatter(locale, {month: 'long'}).format(utc(day))

/** "1–30 Nov", with the year unless both ends are in this year. */
export function formatRange(from: Day, to: Day, locale: string, thisYear = ''): string {
  const year = from.slice(0, 4) === thisYear && to.slice(0, 4) === thisYear ? undefined : 'numeric'
  return formatter(locale, {day: 'numeric', month: 'short', year}).formatRange(utc(from), utc(to))
}

/** An instant, in the user's time zone. */
export const formatInstant = (instant: string, locale: string, timeZone: string): string =>
  formatDateTime(instant, locale, timeZone, {dateStyle: 'medium', timeStyle: 'short'})

export const formatClock = (instant: string, locale: string, timeZone: string): string =>
  formatDateTime(instant, locale, timeZone, {timeStyle: 'short'})

function formatDateTime(instant: string, locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat(supported(locale), {...options, timeZone}).format(new Date(instant))
  } catch {
    return new Intl.DateTimeFormat(supported(locale), options).format(new Date(instant))
  }
}
