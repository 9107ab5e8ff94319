import {api} from '../../lib/api/client'
import {unwrap} from '../../lib/api/problem'

/** The number of unread alerts, for the badge. */
class UnreadAlerts {
  count = $state(0)

  async load(): Promise<void> {
    this.count = (await unwrap(api.GET('/alerts', {params: {query: {unread: true, limit: 1}}}))).unread
  }
}

export const unreadAlerts = new UnreadAlerts()
