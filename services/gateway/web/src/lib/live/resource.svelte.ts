import {explain} from '../api/problem'
import {live, type Topic} from './live.svelte'

/**
 * Something a screen reads and shows: read at once, again whenever one of the topics changes, and again when what the
 * reader depends on changes. What is shown stays while it is read again. Call it while a component is made.
 */
export class Resource<T> {
  value = $state.raw<T | undefined>(undefined)
  error = $state('')
  #read: () => Promise<T>
  #turn = 0

  constructor(topics: Topic[], read: () => Promise<T>) {
    this.#read = read
    $effect(() => {
      void this.load()
      return live.refreshOn(topics, this.load)
    })
  }

  // An arrow function, so that it can be handed on as it is.
  load = async (): Promise<void> => {
    const turn = ++this.#turn
    try {
      const value = await this.#read()
      // An answer that was overtaken by a later one is dropped.
      if (turn !== this.#turn) return
      this.value = value
      this.error = ''
    } catch (error) {
      if (turn === this.#turn) this.error = explain(error)
    }
  }
}
