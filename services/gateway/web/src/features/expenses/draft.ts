import {draftKey} from '../../lib/session/drafts'

/** What is typed into the quick entry form, kept in this tab until it is saved. */
export interface Draft {
  amount: string
  payee: string
  categoryId: string
  categoryChosen: boolean
  /** Empty for today. */
  spentOn: string
}

export const noDraft: Draft = {amount: '', payee: '', categoryId: '', categoryChosen: false, spentOn: ''}

export function readDraft(storage: Storage, userId: string): Draft {
  try {
    const value: unknown = JSON.parse(storage.getItem(draftKey(userId)) ?? '{}')
    return {...noDraft, ...(typeof value === 'object' ? value : {})}
  } catch {
    return {...noDraft}
  }
}

export function keepDraft(storage: Storage, userId: string, draft: Draft): void {
  const empty = !draft.amount && !draft.payee && !draft.categoryId && !draft.spentOn
  try {
    if (empty) storage.removeItem(draftKey(userId))
    else storage.setItem(draftKey(userId), JSON.stringify(draft))
  } catch {
    // A browser without storage: the draft lives as long as the form.
  }
}
