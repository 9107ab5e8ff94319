import {describe, expect, it} from 'vitest'
import {type Delivery, describeDelivery} from './delivery'

const words = (state: Delivery['state'], detail = '') => describeDelivery({state, detail}, '07:02')

describe('what became of an email', () => {
  it.each([
    ['pending', '', 'Email on its way'],
    ['pending', 'The mail provider is busy or out of order.', 'Email delayed: the mail provider is busy or out of order.'],
    ['pending', 'SendGrid cannot be asked.', 'Email delayed: SendGrid cannot be asked.'],
    ['held', 'Waiting for you to confirm your address.', 'Not emailed yet: waiting for you to confirm your address.'],
    ['sent', '', 'Emailed 07:02'],
    ['deferred', 'Your provider has not taken it yet: 451 try later', 'Email delayed 07:02. Your provider has not taken it yet: 451 try later.'],
    ['delivered', '', 'Email delivered 07:02'],
    ['bounced', 'Your provider refused it: mailbox full', 'Email bounced 07:02. Your provider refused it: mailbox full.'],
    ['dropped', 'The mail service did not send it.', 'Email not sent 07:02. The mail service did not send it.'],
    ['spam_reported', 'You reported a mail of ours as spam.', 'Email reported as spam 07:02'],
    ['failed', 'Given up after 30 attempts.', 'Email failed 07:02. Given up after 30 attempts.'],
    ['skipped', 'Emails of this kind are turned off.', 'Not emailed: emails of this kind are turned off.'],
    ['skipped', '', 'Not emailed'],
    ['withdrawn', '', 'Not emailed: the alert was withdrawn first.'],
  ] as const)('%s %s', (state, detail, line) => {
    expect(words(state, detail)).toBe(line)
  })

  it('can be described even if a newer server has another state', () => {
    expect(words('opened' as Delivery['state'])).toBe('Email 07:02')
  })
})
