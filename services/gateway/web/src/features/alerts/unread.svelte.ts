import {api} from '../../lib/api/client'
import {need} from '../../lib/api/problem'

/** How many alerts nobody has read, for the badge. */
class UnreadAlerts {
  count = $state(0)

  async load(): Promise<void> {
    this.count = (await need(api.GET('/alerts', {params: {query: {unread: true, limit: 1}}}))).unread
  }
}

export const unreadAlerts = new UnreadAlerts()
