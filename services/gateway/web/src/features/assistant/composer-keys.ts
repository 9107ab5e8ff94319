/** What a key does in the message field; undefined leaves it to the browser. */
export type ComposerAction = 'send' | 'earlier' | 'later'

interface Key {
  key: string
  shiftKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing: boolean
}

/** `recalling`: the field shows an earlier question, unchanged. */
export function actionOf(event: Key, field: {value: string; recalling: boolean}): ComposerAction | undefined {
  // While an input method composes a word, Enter and the arrows belong to it.
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return undefined
  if (event.key === 'Enter') return 'send'
  if (event.key === 'ArrowUp' && (field.value === '' || field.recalling)) return 'earlier'
  if (event.key === 'ArrowDown' && field.recalling) return 'later'
  return undefined
}

/** Steps through the earlier questions, the last first. */
export class QuestionHistory {
  #place = -1

  /** Whether the field shows the recalled question. */
  shows(value: string, asked: readonly string[]): boolean {
    return this.#place >= 0 && asked[this.#place] === value
  }

  earlier(asked: readonly string[]): string | undefined {
    if (this.#place + 1 >= asked.length) return undefined
    this.#place += 1
    return asked[this.#place]
  }

  /** The next newer question, or an empty text after the newest. */
  later(asked: readonly string[]): string {
    this.#place = Math.max(-1, this.#place - 1)
    return this.#place < 0 ? '' : (asked[this.#place] ?? '')
  }

  end(): void {
    this.#place = -1
  }
}
