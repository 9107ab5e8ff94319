import {draftKey} from '../../lib/session/drafts'

const keyOf = (userId: string) => draftKey(`assistant.${userId}`)

/** What is written to the assistant and not sent yet. */
export function readDraft(storage: Storage | undefined, userId: string): string {
  try {
    return storage?.getItem(keyOf(userId)) ?? ''
  } catch {
    return ''
  }
}

export function keepDraft(storage: Storage | undefined, userId: string, text: string): void {
  try {
    if (text) storage?.setItem(keyOf(userId), text)
    else storage?.removeItem(keyOf(userId))
  } catch {
    // A browser without storage: the draft lives as long as the page.
  }
}
