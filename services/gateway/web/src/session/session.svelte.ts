import {api, onSignedOut} from '../api/client'
import {need} from '../api/problem'
import type {User} from '../api/types'
import {eraseConversation} from '../assistant/kept'
import {dropDrafts} from '../ledger/draft'
import {goTo} from '../routing/router.svelte'
import {formatMoney, type MoneyStyle} from '../money/format'
import type {Money} from '../money/money'
import {formatClock, formatDay, formatInstant, formatRange, today} from '../days/days'

/** Who is signed in; undefined until the server has said. */
class CurrentSession {
  user = $state<User | null | undefined>(undefined)

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

  async load(): Promise<void> {
    this.user = await need(api.GET('/users/me'))
  }

  async signOut(): Promise<void> {
    await need(api.DELETE('/session'))
    this.#leave()
    // In one step, so that nobody is asked to come back to where they just left.
    goTo('/sign-in')
    this.user = null
  }

  /** After the account of `userId` was deleted; the server may have ended the session before its answer came. */
  close(userId: string): void {
    this.#leave(userId)
    goTo('/sign-in')
    this.user = null
  }

  /** What was typed and said stays in no storage of this browser. */
  #leave(userId = this.user?.id): void {
    dropDrafts(sessionStorage)
    if (userId) eraseConversation(localStorage, userId)
  }
}

export const session = new CurrentSession()

// What nearly every screen writes, in the user's own locale and time zone.
export const money = (value: Money, style?: MoneyStyle): string => formatMoney(value, session.locale, style)
export const day = (value: string): string => formatDay(value, session.locale, session.today.slice(0, 4))
/** The time alone when it is the day that was just mentioned. */
export const instantAfter = (value: string, mentioned: string): string =>
  today(session.timeZone, new Date(value)) === today(session.timeZone, new Date(mentioned)) ? clock(value) : instant(value)
const clock = (value: string) => formatClock(value, session.locale, session.timeZone)
/** The day of a moment, where the user lives. */
export const dayOf = (value: string): string => day(today(session.timeZone, new Date(value)))
export const dayRange = (from: string, to: string): string => formatRange(from, to, session.locale, session.today.slice(0, 4))
export const instant = (value: string): string => formatInstant(value, session.locale, session.timeZone)
