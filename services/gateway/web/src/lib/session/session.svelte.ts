import {api, onSignedOut} from '../api/client'
import {unwrap} from '../api/problem'
import type {User} from '../api/types'
import {today} from '../dates/days'
import {goTo} from '../router/router.svelte'
import {dropDrafts} from './drafts'

/** Who is signed in; undefined until the server has responded. */
class CurrentSession {
  user = $state<User | null | undefined>(undefined)
  readonly #erasers = new Set<(userId: string) => void>()

  constructor() {
    onSignedOut(() => (this.user = null))
  }

  get locale(): string {
    return this.user?.locale ?? navigator.language
  }

  get homeCurrency(): string {
    return this.user?.home_currency ?? 'EUR'
  }

  get timeZone(): string {
    return this.user?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  }

  get today(): string {
    return today(this.timeZone)
  }

  /** Calls `erase` when the user leaves, so that a feature can remove what it stored in this browser. */
  onLeave(erase: (userId: string) => void): void {
    this.#erasers.add(erase)
  }

  async load(): Promise<void> {
    this.user = await unwrap(api.GET('/users/me'))
  }

  async signOut(): Promise<void> {
    await unwrap(api.DELETE('/session'))
    this.#leave()
    // In one step, so that sign-in does not lead back to the page that was just left.
    goTo('/sign-in')
    this.user = null
  }

  /** After the account of `userId` was deleted. The server may have ended the session before its response arrived. */
  close(userId: string): void {
    this.#leave(userId)
    goTo('/sign-in')
    this.user = null
  }

  #leave(userId = this.user?.id): void {
    dropDrafts(sessionStorage)
    if (userId) for (const erase of this.#erasers) erase(userId)
  }
}

export const session = new CurrentSession()
