import {apiRoot} from '../api/client'

/** What a page can show, and so may have to reload. */
export type Topic = 'expenses' | 'budgets' | 'alerts' | 'categories' | 'imports'

export type LiveEvent = {name: string; data: Record<string, unknown>}

const topicsOf: Record<string, Topic[]> = {
  'expense.recorded': ['expenses'],
  'expense.changed': ['expenses'],
  'expense.removed': ['expenses'],
  'budget.changed': ['budgets'],
  'budget.near': ['budgets', 'alerts'],
  'budget.exceeded': ['budgets', 'alerts'],
  'budget.recovered': ['budgets', 'alerts'],
  'budget.removed': ['budgets', 'alerts'],
  'import.completed': ['expenses', 'categories', 'imports', 'alerts'],
  'import.reviewed': ['budgets', 'alerts'],
  'user.changed': [],
  'alert.raised': ['alerts'],
  'alert.withdrawn': ['alerts'],
  'notification.deferred': ['alerts'],
  'notification.delivered': ['alerts'],
  'notification.failed': ['alerts'],
}
const allTopics: Topic[] = ['expenses', 'budgets', 'alerts', 'categories', 'imports']

// An import causes hundreds of events: wait for a pause, but not forever.
const pause = 250
const maxWait = 1500
// A browser opens six connections to a server over HTTP/1.1, for all tabs together; each stream is one of them.
const hiddenFor = 5_000
const firstRetry = 2000
const lastRetry = 30_000

type EventListener = (event: LiveEvent) => void
interface Subscription {
  topics: Topic[]
  refresh: () => unknown
  timer?: number
  since?: number
  busy?: boolean
  again?: boolean
}

class Live {
  connected = $state(false)
  #source?: EventSource
  #retry?: number
  #wait = firstRetry
  #opened = false
  #hiding?: number
  #stopWatching?: () => void
  #subscriptions = new Set<Subscription>()
  #listeners = new Set<EventListener>()

  /** Streams events while the page is visible. */
  connect(): void {
    this.#stopWatching ??= this.#watchVisibility()
    if (document.visibilityState === 'visible') this.#open()
  }

  #open(): void {
    if (this.#source) return
    const source = new EventSource(`${apiRoot}/events`)
    this.#source = source
    source.addEventListener('open', () => {
      this.connected = true
      this.#wait = firstRetry
      // Events during the break were missed.
      if (this.#opened) this.refreshAll()
      this.#opened = true
    })
    source.addEventListener('error', () => {
      this.connected = false
      // The browser reconnects by itself, but gives up after an error status.
      if (source.readyState === EventSource.CLOSED) this.#reconnectLater()
    })
    for (const name of Object.keys(topicsOf)) source.addEventListener(name, (event) => this.#receive(name, event))
  }

  disconnect(): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#close()
    this.#opened = false
  }

  #close(): void {
    window.clearTimeout(this.#retry)
    window.clearTimeout(this.#hiding)
    this.#source?.close()
    this.#source = undefined
    this.connected = false
  }

  /** A hidden page gives up its connection after a while, a page that is left at once: others would have to wait for a free one. */
  #watchVisibility(): () => void {
    const onVisibility = () => {
      window.clearTimeout(this.#hiding)
      if (document.visibilityState === 'visible') this.#open()
      else this.#hiding = window.setTimeout(() => this.#close(), hiddenFor)
    }
    const onLeave = () => this.#close()
    document.addEventListener('visibilitychange', onVisibility)
    window.addEventListener('pageshow', onVisibility)
    window.addEventListener('pagehide', onLeave)
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('pageshow', onVisibility)
      window.removeEventListener('pagehide', onLeave)
    }
  }

  /** Calls `refresh` whenever one of the topics changed, debounced and never twice at the same time. Returns a function that stops it. */
  refreshOn(topics: Topic[], refresh: () => unknown): () => void {
    const subscription: Subscription = {topics, refresh}
    this.#subscriptions.add(subscription)
    return () => {
      window.clearTimeout(subscription.timer)
      this.#subscriptions.delete(subscription)
    }
  }

  listen(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Also called after a change in this window, which must show even while the stream is down. */
  changed(...topics: Topic[]): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.topics.some((topic) => topics.includes(topic))) this.#schedule(subscription)
    }
  }

  #receive(name: string, event: Event): void {
    const data = parse((event as MessageEvent<string>).data)
    for (const listener of this.#listeners) listener({name, data})
    this.changed(...(topicsOf[name] ?? []))
  }

  /** Refreshes everything, after the connection was lost or on request. */
  refreshAll(): void {
    this.changed(...allTopics)
  }

  #schedule(subscription: Subscription): void {
    const now = Date.now()
    subscription.since ??= now
    window.clearTimeout(subscription.timer)
    const wait = Math.max(0, Math.min(pause, subscription.since + maxWait - now))
    subscription.timer = window.setTimeout(() => {
      subscription.since = undefined
      void this.#refresh(subscription)
    }, wait)
  }

  async #refresh(subscription: Subscription): Promise<void> {
    if (subscription.busy) {
      subscription.again = true
      return
    }
    subscription.busy = true
    try {
      await subscription.refresh()
    } finally {
      subscription.busy = false
    }
    if (subscription.again && this.#subscriptions.has(subscription)) {
      subscription.again = false
      this.#schedule(subscription)
    }
  }

  #reconnectLater(): void {
    this.#source?.close()
    this.#source = undefined
    window.clearTimeout(this.#retry)
    this.#retry = window.setTimeout(() => this.#open(), this.#wait)
    this.#wait = Math.min(this.#wait * 2, lastRetry)
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export const live = new Live()
