import {describe, expect, it} from 'vitest'
import {editable, formatMoney} from './format'
import {difference, fromMinor, percentOf, shareOf, toMinor} from './money'
import {AmountError, parseAmount} from './parse'

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('minor units', () => {
  it.each([
    ['12.34', 'EUR', 1234n],
    ['-0.05', 'EUR', -5n],
    ['12.3', 'EUR', 1230n],
    ['1.2340', 'KWD', 1234n],
    ['500', 'JPY', 500n],
    ['999999999999.99', 'EUR', 99999999999999n],
  ])('%s %s', (amount, currency, minor) => expect(toMinor({amount, currency})).toBe(minor))

  it('goes back without loss', () => {
    expect(fromMinor(5n, 'EUR').amount).toBe('0.05')
    expect(fromMinor(-1234n, 'EUR').amount).toBe('-12.34')
    expect(fromMinor(0n, 'JPY').amount).toBe('0')
    expect(fromMinor(7n, 'KWD').amount).toBe('0.007')
  })

  it('refuses decimals that the currency does not have', () => {
    expect(() => toMinor({amount: '1.5', currency: 'JPY'})).toThrow(RangeError)
    expect(() => toMinor({amount: '1e3', currency: 'EUR'})).toThrow(RangeError)
  })

  it('subtracts exactly', () => {
    expect(difference({amount: '0.30', currency: 'EUR'}, {amount: '0.10', currency: 'EUR'}).amount).toBe('0.20')
    expect(() => difference({amount: '1', currency: 'EUR'}, {amount: '1', currency: 'USD'})).toThrow(RangeError)
  })

  it('shares out without inventing money', () => {
    expect(shareOf({amount: '10.00', currency: 'EUR'}, 3).amount).toBe('3.33')
  })

  it('gives whole percents', () => {
    expect(percentOf({amount: '199.99', currency: 'EUR'}, {amount: '200.00', currency: 'EUR'})).toBe(99)
    expect(percentOf({amount: '5.00', currency: 'EUR'}, {amount: '0.00', currency: 'EUR'})).toBe(0)
  })
})

describe('formatting', () => {
  it('follows the locale and writes a real minus', () => {
    expect(formatMoney({amount: '1234.5', currency: 'EUR'}, 'en-GB')).toBe('€1,234.50')
    expect(plain(formatMoney({amount: '-1234.5', currency: 'EUR'}, 'de-DE'))).toBe('\u22121.234,50 €')
    expect(formatMoney({amount: '20', currency: 'EUR'}, 'en-GB', {sign: 'always'})).toBe('+€20.00')
    expect(formatMoney({amount: '-0.00', currency: 'EUR'}, 'en-GB')).toBe('€0.00')
    expect(formatMoney({amount: '500', currency: 'JPY'}, 'en-GB')).toBe('¥500')
  })

  it('keeps every digit of a large amount', () => {
    expect(formatMoney({amount: '999999999999.99', currency: 'EUR'}, 'en-GB')).toBe('€999,999,999,999.99')
  })

  it('survives an unknown locale', () => {
    expect(formatMoney({amount: '1.00', currency: 'EUR'}, 'xx_invalid_locale')).toContain('1')
  })

  it('writes an amount for an input as it would be typed', () => {
    expect(editable({amount: '4.80', currency: 'EUR'}, 'de')).toBe('4,80')
  })
})

describe('reading what was typed', () => {
  it.each([
    ['4.80', 'en', '4.80', 'EUR'],
    ['4,80', 'en', '4.80', 'EUR'],
    ['4.80', 'de', '4.80', 'EUR'],
    ['4', 'en', '4.00', 'EUR'],
    ['.5', 'en', '0.50', 'EUR'],
    ['1,234', 'en', '1234.00', 'EUR'],
    ['1.234', 'de', '1234.00', 'EUR'],
    ['1.234,50', 'de', '1234.50', 'EUR'],
    ['1,234.50', 'de', '1234.50', 'EUR'],
    ['1 234,5', 'fr', '1234.50', 'EUR'],
    ['1,234,567', 'en', '1234567.00', 'EUR'],
    ["1'234.50 chf", 'de-CH', '1234.50', 'CHF'],
    ['USD 12.5', 'en', '12.50', 'USD'],
    ['€12', 'en', '12.00', 'EUR'],
    ['$12', 'en', '12.00', 'USD'],
    ['1,234 JPY', 'en', '1234', 'JPY'],
    ['1.234 KWD', 'en', '1.234', 'KWD'],
    ['007', 'en', '7.00', 'EUR'],
    ['12,34,567.50', 'en-IN', '1234567.50', 'EUR'],
  ])('%s in %s', (text, locale, amount, currency) => {
    expect(parseAmount(text, 'EUR', locale)).toEqual({money: {amount, currency}, income: false})
  })

  it('takes a dollar sign for the home currency if that is a dollar', () => {
    expect(parseAmount('$5', 'CAD', 'en').money).toEqual({amount: '5.00', currency: 'CAD'})
  })

  it('takes a plus for income', () => {
    expect(parseAmount('+2000', 'EUR', 'en')).toEqual({money: {amount: '2000.00', currency: 'EUR'}, income: true})
  })

  it.each(['', '-5', '0', '0.00', 'abc', '12.345', '1.5 JPY', '5 XYZ', '1234567890123', '1e5', '..', '12..5', '1.2.3', '12.5.6', '1,2,3', '1.234.5', '1,23.50'])(
    'refuses %j',
    (text) => expect(() => parseAmount(text, 'EUR', 'en')).toThrow(AmountError),
  )
})
