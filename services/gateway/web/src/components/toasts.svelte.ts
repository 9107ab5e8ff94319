export interface Toast {
  id: number
  text: string
  kind: 'info' | 'warning' | 'danger'
  link?: {href: string; label: string}
}

const shownFor = 6000
const warningShownFor = 15_000

class Toasts {
  items = $state<Toast[]>([])
  #next = 1

  show(text: string, kind: Toast['kind'] = 'info', link?: Toast['link']): void {
    const id = this.#next++
    this.items.push({id, text, kind, link})
    if (this.items.length > 4) this.items.shift()
    window.setTimeout(() => this.dismiss(id), kind === 'info' ? shownFor : warningShownFor)
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
