// Text that was typed but not sent yet. It stays in this tab, through other pages and a reload.

export const draftKey = (name: string): string => `outlay.draft.${name}`

/** At sign-out: the next person at this tab sees nothing of it. */
export function dropDrafts(storage: Storage): void {
  for (const key of Object.keys(storage)) if (key.startsWith(draftKey(''))) storage.removeItem(key)
}
