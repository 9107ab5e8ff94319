export interface Toast {
  id: number
  text: string
  kind: 'info' | 'warning' | 'danger'
  link?: {href: string; label: string}
  action?: {label: string; run: () => void}
}

const shownFor = 5000
/** Long enough to notice a mistake and reach the button. */
const actionShownFor = 12_000
const warningShownFor = 15_000
/** After the pointer or the focus has left. */
const heldShownFor = 3000

class Toasts {
  items = $state<Toast[]>([])
  #next = 1
  #held = false

  show(text: string, kind: Toast['kind'] = 'info', link?: Toast['link']): void {
    const id = this.#next++
    this.#add({id, text, kind, link}, kind === 'info' ? shownFor : warningShownFor)
  }

  /** Reports what was done, with a button to undo it. */
  offer(text: string, action: NonNullable<Toast['action']>): void {
    const id = this.#next++
    const run = () => {
      this.dismiss(id)
      action.run()
    }
    this.#add({id, text, kind: 'info', action: {...action, run}}, actionShownFor)
  }

  #add(toast: Toast, time: number): void {
    // One confirmation at a time, so that they do not cover the page. Warnings and messages with an action stay.
    const kept = this.items.filter((other) => other.kind !== 'info' || other.action).slice(-2)
    this.items = [...kept, toast]
    this.#dismissAfter(toast.id, time)
  }

  #dismissAfter(id: number, time: number): void {
    window.setTimeout(() => (this.#held ? this.#dismissAfter(id, heldShownFor) : this.dismiss(id)), time)
  }

  /** Keeps all messages while the pointer or the focus is in one of them. */
  hold(held: boolean): void {
    this.#held = held
  }

  dismiss(id: number): void {
    this.#held = false // a removed button does not always fire focusout
    this.items = this.items.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
