/** What lies above the page, such as a dialog: the back button takes it away instead of leaving the page beneath. */
interface Layer {
  /** Asked to go; false when it stays, because something typed would be lost. */
  leave: () => boolean
}

interface LayerState {
  layer?: number
}

/** Keeps one entry of the browser's history for each layer that is open. */
export class Layers {
  readonly #open: Layer[] = []
  readonly #history: History
  readonly #later: (work: () => void) => void
  /** Steps that were made here and not by the person. */
  #own = 0

  constructor(history: History, later: (work: () => void) => void) {
    this.#history = history
    this.#later = later
    // After a reload no dialog is open, whatever the entry says.
    if (this.#depth > 0) history.replaceState(null, '')
  }

  /** Puts a layer on top. Returns how to take it away again. */
  add(leave: () => boolean): () => void {
    const layer = {leave}
    this.#open.push(layer)
    this.#later(this.#align)
    return () => {
      const place = this.#open.indexOf(layer)
      if (place >= 0) this.#open.splice(place, 1)
      this.#later(this.#align)
    }
  }

  /** The person went back or forward. True when that concerned a layer, and the page stays. */
  moved(): boolean {
    if (this.#own > 0) {
      this.#own -= 1
      return true
    }
    const depth = this.#depth
    const top = this.#open.at(-1)
    if (top && depth < this.#open.length) {
      if (top.leave()) this.#open.pop()
      this.#later(this.#align)
      return true
    }
    // An entry of a dialog that is closed long since: nothing is to be seen there.
    if (depth > this.#open.length) this.#history.back()
    return false
  }

  get #depth(): number {
    return (this.#history.state as LayerState | null)?.layer ?? 0
  }

  // Later, because one dialog may close while the next one opens, and a link in a dialog leads to another page.
  #align = (): void => {
    const wanted = this.#open.length
    const there = this.#depth
    for (let layer = there + 1; layer <= wanted; layer++) this.#history.pushState({layer}, '')
    if (there > wanted) {
      this.#own += 1
      this.#history.go(wanted - there)
    }
  }
}

