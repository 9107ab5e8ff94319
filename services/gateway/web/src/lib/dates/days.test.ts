import {expect, it} from 'vitest'
import {addDays, addMonths, daysBetween, formatDay, isPlausible, lastOfMonth, today} from './days'

it('knows which day it is in a time zone', () => {
  const lateInUtc = new Date('2026-11-22T23:30:00Z')
  expect(today('UTC', lateInUtc)).toBe('2026-11-22')
  expect(today('Europe/Berlin', lateInUtc)).toBe('2026-11-23')
  expect(today('America/New_York', lateInUtc)).toBe('2026-11-22')
  expect(today('Not/AZone', lateInUtc)).toMatch(/^2026-11-2\d$/)
})

it('counts across months and years', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(addMonths('2026-01-31', -1)).toBe('2025-12-01')
  expect(lastOfMonth('2028-02-10')).toBe('2028-02-29')
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2)
})

it('leaves the current year out', () => {
  expect(formatDay('2026-11-22', 'en-GB', '2026')).toBe('22 Nov')
  expect(formatDay('2025-11-22', 'en-GB', '2026')).toBe('22 Nov 2025')
})

it.each([
  ['0002-11-28', false],
  ['0020-11-28', false],
  ['0202-11-28', false],
  ['', false],
  ['2026-11-28', true],
  ['1999-01-01', true],
])('%s is finished: %s', (day, finished) => expect(isPlausible(day)).toBe(finished))
