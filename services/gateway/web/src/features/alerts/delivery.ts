import type {Alert} from '../../lib/api/types'

export type Delivery = Alert['deliveries'][number]
type State = Delivery['state']

/** Nothing was sent: what matters is why, and not when. */
const unsent: Partial<Record<State, string>> = {
  held: 'Not emailed yet',
  skipped: 'Not emailed',
  withdrawn: 'Not emailed',
}

const happened: Partial<Record<State, string>> = {
  sent: 'Emailed',
  deferred: 'Email delayed',
  delivered: 'Email delivered',
  bounced: 'Email came back',
  dropped: 'Email not sent',
  spam_reported: 'Email reported as spam',
  failed: 'Email failed',
}

/** A sentence that goes on after a colon; names such as SendGrid keep their capitals. */
const afterColon = (sentence: string) => sentence.replace(/^[A-Z](?=[a-z]*\b)/, (letter) => letter.toLowerCase())

const ended = (sentence: string) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)

/** What became of the email of an alert, in one line; `when` is the moment as it is shown. */
export function describeDelivery({state, detail}: Pick<Delivery, 'state' | 'detail'>, when: string): string {
  // A pending email with a reason was tried already, or it is being found out whether it was sent.
  if (state === 'pending') return detail ? `Email delayed: ${afterColon(ended(detail))}` : 'Email on its way'
  const why = detail || (state === 'withdrawn' ? 'The alert was withdrawn first.' : '')
  if (unsent[state]) return why ? `${unsent[state]}: ${afterColon(ended(why))}` : unsent[state]
  const what = `${happened[state] ?? 'Email'} ${when}`
  return detail && state !== 'spam_reported' ? `${what}. ${ended(detail)}` : what
}
