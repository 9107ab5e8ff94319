import type {Alert} from '../../lib/api/types'

export type Delivery = Alert['deliveries'][number]
type State = Delivery['state']

/** Nothing was sent: why matters, not when. */
const unsentLabel: Partial<Record<State, string>> = {
  held: 'Not emailed yet',
  skipped: 'Not emailed',
  withdrawn: 'Not emailed',
}

const sentLabel: Partial<Record<State, string>> = {
  sent: 'Emailed',
  deferred: 'Email delayed',
  delivered: 'Email delivered',
  bounced: 'Email bounced',
  dropped: 'Email not sent',
  spam_reported: 'Email reported as spam',
  failed: 'Email failed',
}

/** A sentence in lower case, to follow a colon; names such as SendGrid keep their capitals. */
const afterColon = (sentence: string) => sentence.replace(/^[A-Z](?=[a-z]*\b)/, (letter) => letter.toLowerCase())

/** The text with a full stop, unless it has one. */
export const withStop = (sentence: string) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)

/** The state of an alert's email in one line; `when` is the formatted time. */
export function describeDelivery({state, detail}: Pick<Delivery, 'state' | 'detail'>, when: string): string {
  // A pending email with a reason was already attempted, or it is being checked whether it was sent.
  if (state === 'pending') return detail ? `Email delayed: ${afterColon(withStop(detail))}` : 'Email on its way'
  const why = detail || (state === 'withdrawn' ? 'The alert was withdrawn first.' : '')
  if (unsentLabel[state]) return why ? `${unsentLabel[state]}: ${afterColon(withStop(why))}` : unsentLabel[state]
  const what = `${sentLabel[state] ?? 'Email'} ${when}`
  return detail && state !== 'spam_reported' ? `${what}. ${withStop(detail)}` : what
}
