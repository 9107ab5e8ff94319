import type {Choice} from '../../lib/api/types'
import type {Turn} from './turns'

/** A conversation as it is kept in this browser. */
export interface Kept {
  turns: Turn[]
  /** What the next message needs, sealed by the server, until it is too old. */
  conversation: string
  choices: Choice[]
}

export const nothingKept: Kept = {turns: [], conversation: '', choices: []}

export const mostTurns = 60
export const mostCharacters = 300_000

const version = 1
const keyOf = (userId: string) => `outlay.assistant.${userId}`

/** Keeps the conversation of one user in this browser, if they turned it on: then there is an entry, even if it is empty. */
export class Keeping {
  readonly #storage: Storage | undefined
  readonly #key: string

  constructor(storage: Storage | undefined, userId: string) {
    this.#storage = storage
    this.#key = keyOf(userId)
  }

  get on(): boolean {
    return this.#read() !== null
  }

  read(): Kept {
    try {
      const value = JSON.parse(this.#read() ?? '{}') as Partial<Kept> & {version?: number}
      if (value.version !== version || !Array.isArray(value.turns)) return nothingKept
      return {turns: value.turns, conversation: value.conversation ?? '', choices: value.choices ?? []}
    } catch {
      return nothingKept
    }
  }

  /** Keeps as much as there is room for, the newest first. False if this browser keeps nothing. */
  write(kept: Kept): boolean {
    let turns = kept.turns.filter((turn) => turn.state !== 'answering').slice(-mostTurns)
    let text = JSON.stringify({version, ...kept, turns})
    while (text.length > mostCharacters && turns.length > 0) {
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

  /** Whether a change in another tab concerns this. */
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
    // A browser without storage has nothing of it.
  }
}

/** At sign-out, and with the account. */
export const eraseConversation = (storage: Storage | undefined, userId: string): void => dropKept(storage, keyOf(userId))
