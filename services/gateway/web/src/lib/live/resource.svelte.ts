import {explain} from '../api/problem'
import {live, type Topic} from './live.svelte'

/**
 * Data that a page loads and shows: loaded at once, and again when one of the topics or a state that `read` depends on
 * changes. The old value stays until the new one has arrived. Create it while a component is initialised.
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

  // An arrow function, so that it can be passed as a callback.
  load = async (): Promise<void> => {
    const turn = ++this.#turn
    try {
      const value = await this.#read()
      // Ignore a response that a later request has overtaken.
      if (turn !== this.#turn) return
      this.value = value
      this.error = ''
    } catch (error) {
      if (turn === this.#turn) this.error = explain(error)
    }
  }
}
