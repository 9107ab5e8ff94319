import {describe, expect, it} from 'vitest'
import {Overlays} from './overlays'

/** The browser's history. */
class Entries {
  entries: unknown[] = [null]
  place = 0
  overlays?: Overlays
  get state() {
    return this.entries[this.place]
  }
  pushState(state: unknown) {
    this.entries = [...this.entries.slice(0, this.place + 1), state]
    this.place += 1
  }
  replaceState(state: unknown) {
    this.entries[this.place] = state
  }
  go(steps: number) {
    this.place += steps
    this.overlays?.moved()
  }
  back() {
    this.go(-1)
  }
}

function world() {
  const entries = new Entries()
  const waiting: (() => void)[] = []
  const overlays = new Overlays(entries as unknown as History, (work) => waiting.push(work))
  entries.overlays = overlays
  const settle = () => waiting.splice(0).forEach((work) => work())
  return {entries, overlays, settle}
}

describe('a dialog above a page', () => {
  it('is closed by going back, and the page stays', () => {
    const {entries, overlays, settle} = world()
    let open = true
    const gone = overlays.add(() => ((open = false), true))
    settle()
    expect(entries.place).toBe(1)
    entries.back()
    gone()
    settle()
    expect([open, entries.place]).toEqual([false, 0])
  })

  it('leaves nothing to go back to when it is closed', () => {
    const {entries, overlays, settle} = world()
    const gone = overlays.add(() => true)
    settle()
    gone()
    settle()
    expect(entries.place).toBe(0)
  })

  it('stays open if something would be lost, and can be closed the next time', () => {
    const {entries, overlays, settle} = world()
    overlays.add(() => false)
    settle()
    entries.back()
    settle()
    expect(entries.place).toBe(1)
  })

  it('hands its history entry to the dialog that follows', () => {
    const {entries, overlays, settle} = world()
    const gone = overlays.add(() => true)
    settle()
    gone()
    overlays.add(() => true)
    settle()
    expect([entries.place, entries.entries.length]).toEqual([1, 2])
  })

  it('is skipped on the way back from a page that it led to', () => {
    const {entries, overlays, settle} = world()
    const gone = overlays.add(() => true)
    settle()
    entries.pushState(null)
    gone()
    settle()
    entries.back()
    expect(entries.place).toBe(0)
  })
})
