/** Something shown above the page, such as a dialog. The back button closes it instead of leaving the page. */
interface Overlay {
  /** Closes it, or returns false to stay open because typed text would be lost. */
  close: () => boolean
}

interface OverlayState {
  overlay?: number
}

/** Keeps one entry of the browser's history for each overlay that is open. */
export class Overlays {
  readonly #open: Overlay[] = []
  readonly #history: History
  readonly #later: (work: () => void) => void
  /** Steps through the history that were made here and not by the user. */
  #ownSteps = 0

  constructor(history: History, later: (work: () => void) => void) {
    this.#history = history
    this.#later = later
    // No dialog is open after a reload, whatever the entry says.
    if (this.#depth > 0) history.replaceState(null, '')
  }

  /** Registers an open overlay. Returns a function that removes it. */
  add(close: () => boolean): () => void {
    const overlay = {close}
    this.#open.push(overlay)
    this.#later(this.#align)
    return () => {
      const index = this.#open.indexOf(overlay)
      if (index >= 0) this.#open.splice(index, 1)
      this.#later(this.#align)
    }
  }

  /** Handles a step back or forward. True if it concerned an overlay, so that the page stays. */
  moved(): boolean {
    if (this.#ownSteps > 0) {
      this.#ownSteps -= 1
      return true
    }
    const depth = this.#depth
    const top = this.#open.at(-1)
    if (top && depth < this.#open.length) {
      if (top.close()) this.#open.pop()
      this.#later(this.#align)
      return true
    }
    // An entry of a dialog that was closed long ago: skip it.
    if (depth > this.#open.length) this.#history.back()
    return false
  }

  get #depth(): number {
    return (this.#history.state as OverlayState | null)?.overlay ?? 0
  }

  // Deferred, because one dialog may close while the next opens, and a link in a dialog may lead to another page.
  #align = (): void => {
    const wanted = this.#open.length
    const recorded = this.#depth
    for (let overlay = recorded + 1; overlay <= wanted; overlay++) this.#history.pushState({overlay}, '')
    if (recorded > wanted) {
      this.#ownSteps += 1
      this.#history.go(wanted - recorded)
    }
  }
}

