import {goTo} from '../router/router.svelte'

export interface Shortcut {
  keys: string
  does: string
  run: () => void
}

const storageKey = 'outlay.shortcuts'
const sequenceTime = 1200

/** Single keys interfere with speech input and some keyboards, so they can be turned off (WCAG 2.1.4). */
class Shortcuts {
  enabled = $state(localStorage.getItem(storageKey) !== 'off')
  helpOpen = $state(false)
  /** Set by pages with their own quick entry form; on others the shell opens a dialog. */
  focusQuickAdd: (() => void) | undefined
  openQuickAdd: (() => void) | undefined
  openAssistant: (() => void) | undefined
  focusSearch: (() => void) | undefined

  readonly list: Shortcut[] = [
    {keys: 'n', does: 'New expense', run: () => (this.focusQuickAdd ?? this.openQuickAdd)?.()},
    {keys: '/', does: 'Search expenses', run: () => (this.focusSearch ? this.focusSearch() : goTo('/expenses?search'))},
    {keys: 'a', does: 'Ask the assistant', run: () => this.openAssistant?.()},
    {keys: 'g d', does: 'Go to the overview', run: () => goTo('/')},
    {keys: 'g e', does: 'Go to expenses', run: () => goTo('/expenses')},
    {keys: 'g b', does: 'Go to budgets', run: () => goTo('/budgets')},
    {keys: 'g a', does: 'Go to alerts', run: () => goTo('/alerts')},
    {keys: 'g i', does: 'Go to import', run: () => goTo('/import')},
    {keys: 'g s', does: 'Go to settings', run: () => goTo('/settings')},
    {keys: '?', does: 'Show these shortcuts', run: () => (this.helpOpen = true)},
  ]

  turn(on: boolean): void {
    this.enabled = on
    localStorage.setItem(storageKey, on ? 'on' : 'off')
  }

  #pending = ''
  #pendingUntil = 0

  handle(event: KeyboardEvent): void {
    if (!this.enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return

    const sequence = this.#pending && Date.now() < this.#pendingUntil ? `${this.#pending} ${event.key}` : event.key
    this.#pending = ''
    const shortcut = this.list.find((candidate) => candidate.keys === sequence)
    if (shortcut) {
      event.preventDefault()
      shortcut.run()
    } else if (this.list.some((candidate) => candidate.keys.startsWith(`${event.key} `))) {
      this.#pending = event.key
      this.#pendingUntil = Date.now() + sequenceTime
    }
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

export const shortcuts = new Shortcuts()
