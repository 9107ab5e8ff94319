/** What a key does in the field where one writes; undefined leaves it to the browser. */
export type ComposerAction = 'send' | 'earlier' | 'later'

interface Key {
  key: string
  shiftKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing: boolean
}

/** `recalling` is whether the field shows, unchanged, something that was asked before. */
export function actionOf(event: Key, field: {value: string; recalling: boolean}): ComposerAction | undefined {
  // While a word of another script is put together, Enter and arrows belong to that.
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return undefined
  if (event.key === 'Enter') return 'send'
  if (event.key === 'ArrowUp' && (field.value === '' || field.recalling)) return 'earlier'
  if (event.key === 'ArrowDown' && field.recalling) return 'later'
  return undefined
}

/** Goes through what was asked, the last first. */
export class Recall {
  #place = -1

  /** Whether the field shows what was recalled. */
  shows(value: string, asked: readonly string[]): boolean {
    return this.#place >= 0 && asked[this.#place] === value
  }

  earlier(asked: readonly string[]): string | undefined {
    if (this.#place + 1 >= asked.length) return undefined
    this.#place += 1
    return asked[this.#place]
  }

  /** Ends at an empty field. */
  later(asked: readonly string[]): string {
    this.#place = Math.max(-1, this.#place - 1)
    return this.#place < 0 ? '' : (asked[this.#place] ?? '')
  }

  end(): void {
    this.#place = -1
  }
}
