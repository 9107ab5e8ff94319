/** What is typed into the quick entry, kept in this tab until it is recorded: across screens, dialogs and a reload. */
export interface Draft {
  amount: string
  payee: string
  categoryId: string
  categoryChosen: boolean
  /** Empty for today. */
  spentOn: string
}

export const noDraft: Draft = {amount: '', payee: '', categoryId: '', categoryChosen: false, spentOn: ''}

const keyOf = (userId: string) => `outlay.draft.${userId}`

export function readDraft(storage: Storage, userId: string): Draft {
  try {
    const value: unknown = JSON.parse(storage.getItem(keyOf(userId)) ?? '{}')
    return {...noDraft, ...(typeof value === 'object' ? value : {})}
  } catch {
    return {...noDraft}
  }
}

export function keepDraft(storage: Storage, userId: string, draft: Draft): void {
  const empty = !draft.amount && !draft.payee && !draft.categoryId && !draft.spentOn
  try {
    if (empty) storage.removeItem(keyOf(userId))
    else storage.setItem(keyOf(userId), JSON.stringify(draft))
  } catch {
    // A browser without storage: the draft lives as long as the form.
  }
}

const typedKeyOf = (userId: string) => keyOf(`assistant.${userId}`)

/** What is written to the assistant and not sent yet. */
export function readTyped(storage: Storage | undefined, userId: string): string {
  try {
    return storage?.getItem(typedKeyOf(userId)) ?? ''
  } catch {
    return ''
  }
}

export function keepTyped(storage: Storage | undefined, userId: string, text: string): void {
  try {
    if (text) storage?.setItem(typedKeyOf(userId), text)
    else storage?.removeItem(typedKeyOf(userId))
  } catch {
    // A browser without storage: it lives as long as the page.
  }
}

/** At sign-out: the next person at this tab sees nothing of it. */
export function dropDrafts(storage: Storage): void {
  for (const key of Object.keys(storage)) if (key.startsWith(keyOf(''))) storage.removeItem(key)
}
