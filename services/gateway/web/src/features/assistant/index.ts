import {api} from '../../lib/api/client'
import {unwrap} from '../../lib/api/problem'
import type {AssistantInfo} from '../../lib/api/types'
import {live} from '../../lib/live/live.svelte'
import {createAsk} from './ask'
import {Conversation} from './conversation.svelte'
import {assistantPanel} from './panel.svelte'

export const conversation = new Conversation({
  ask: createAsk(api),
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

export const readInfo = (): Promise<AssistantInfo> => unwrap(api.GET('/assistant'))

/** Browsers that block storage may throw when it is accessed. */
function storageOf(read: () => Storage): Storage | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
