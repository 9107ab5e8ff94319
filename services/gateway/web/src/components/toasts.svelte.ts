export interface Toast {
  id: number
  text: string
  kind: 'info' | 'warning' | 'danger'
  link?: {href: string; label: string}
}

const shownFor = 5000
const warningShownFor = 15_000

class Toasts {
  items = $state<Toast[]>([])
  #next = 1

  show(text: string, kind: Toast['kind'] = 'info', link?: Toast['link']): void {
    const id = this.#next++
    // One confirmation at a time: a pile of them would cover the work. Warnings stay beside it.
    const kept = this.items.filter((toast) => toast.kind !== 'info').slice(-2)
    this.items = [...kept, {id, text, kind, link}]
    window.setTimeout(() => this.dismiss(id), kind === 'info' ? shownFor : warningShownFor)
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
