import type {Choice} from '../../lib/api/types'
import type {Turn} from './turns'

/** A conversation as it is stored in this browser. */
export interface StoredConversation {
  turns: Turn[]
  /** The server's sealed context, sent with the next message. */
  conversation: string
  choices: Choice[]
}

export const emptyConversation: StoredConversation = {turns: [], conversation: '', choices: []}

export const maxTurns = 60
export const maxCharacters = 300_000

const version = 1
const keyOf = (userId: string) => `outlay.assistant.${userId}`

/** Stores the conversation of one user in this browser, if they turned it on: then there is an entry, even if it is empty. */
export class ConversationStorage {
  readonly #storage: Storage | undefined
  readonly #key: string

  constructor(storage: Storage | undefined, userId: string) {
    this.#storage = storage
    this.#key = keyOf(userId)
  }

  get on(): boolean {
    return this.#read() !== null
  }

  read(): StoredConversation {
    try {
      const value = JSON.parse(this.#read() ?? '{}') as Partial<StoredConversation> & {version?: number}
      if (value.version !== version || !Array.isArray(value.turns)) return emptyConversation
      return {turns: value.turns, conversation: value.conversation ?? '', choices: value.choices ?? []}
    } catch {
      return emptyConversation
    }
  }

  /** Stores as many turns as fit, the newest first. False if this browser stores nothing. */
  write(kept: StoredConversation): boolean {
    let turns = kept.turns.filter((turn) => turn.state !== 'answering').slice(-maxTurns)
    let text = JSON.stringify({version, ...kept, turns})
    while (text.length > maxCharacters && turns.length > 0) {
      turns = turns.slice(1)
      text = JSON.stringify({version, ...kept, turns})
    }
    try {
      this.#storage?.setItem(this.#key, text)
      return this.#storage !== undefined
    } catch {
      return false
    }
  }

  erase(): void {
    dropKept(this.#storage, this.#key)
  }

  /** Whether a storage event of another tab concerns this conversation. */
  isOf(key: string | null): boolean {
    return key === null || key === this.#key
  }

  #read(): string | null {
    try {
      return this.#storage?.getItem(this.#key) ?? null
    } catch {
      return null
    }
  }
}

function dropKept(storage: Storage | undefined, key: string): void {
  try {
    storage?.removeItem(key)
  } catch {
    // A browser without storage has nothing to remove.
  }
}

/** For sign-out, and for the deletion of the account. */
export const eraseConversation = (storage: Storage | undefined, userId: string): void => dropKept(storage, keyOf(userId))
