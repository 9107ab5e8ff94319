import {expect, it} from 'vitest'
import {convertLimit} from './convert'

it.each([
  ['200.00', 'USD', '0.3041', 'KWD', '60.820'],
  ['200.00', 'USD', null, 'KWD', '200.000'],
  ['200.00', 'USD', '149.335', 'JPY', '29867'],
  ['0.50', 'USD', null, 'JPY', '1'],
  ['1.500', 'KWD', null, 'JPY', '2'],
  ['2.500', 'KWD', null, 'JPY', '2'],
  ['0.25', 'USD', '0.1', 'EUR', '0.02'],
  ['0.75', 'USD', '0.1', 'EUR', '0.08'],
  ['20', 'JPY', '0.0067', 'USD', '0.13'],
  ['200.00', 'USD', '99999999999.0', 'JPY', '999999999999'],
])('converts a limit of %s %s at %s to %s %s', (amount, currency, rate, target, expected) => {
  expect(convertLimit({amount, currency}, rate, target)).toEqual({amount: expected, currency: target})
})
