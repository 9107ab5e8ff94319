import {api} from '../../lib/api/client'
import {need} from '../../lib/api/problem'
import type {AssistantInfo} from '../../lib/api/types'
import {live} from '../../lib/live/live.svelte'
import {askBy} from './ask'
import {Conversation} from './conversation.svelte'
import {assistantPanel} from './panel.svelte'

export const conversation = new Conversation({
  ask: askBy(api),
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      const timer = window.setTimeout(resolve, milliseconds)
      signal.addEventListener('abort', () => (window.clearTimeout(timer), resolve()), {once: true})
    }),
  now: Date.now,
  changed: () => live.changed('expenses', 'budgets', 'categories', 'alerts'),
  storage: storageOf(() => window.localStorage),
  tab: storageOf(() => window.sessionStorage),
})

assistantPanel.forget = () => conversation.forget()

export const readInfo = (): Promise<AssistantInfo> => need(api.GET('/assistant'))

/** Browsers that keep nothing may refuse even to say so. */
function storageOf(read: () => Storage): Storage | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
