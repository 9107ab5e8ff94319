// @vitest-environment happy-dom
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {live} from './live.svelte'

class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  static open: FakeSource[] = []
  readyState = 1

  constructor(readonly url: string) {
    super()
    FakeSource.open.push(this)
  }

  close() {
    FakeSource.open = FakeSource.open.filter((source) => source !== this)
  }
}

function becomes(state: DocumentVisibilityState) {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}

const opens = () => FakeSource.open[0]?.dispatchEvent(new Event('open'))

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
})

afterEach(() => {
  live.disconnect()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the event stream', () => {
  it('is one connection, however often it is asked for', () => {
    live.connect()
    live.connect()
    expect(FakeSource.open).toHaveLength(1)
  })

  it('is closed at once when the page is left, and opened when it comes back', () => {
    live.connect()
    window.dispatchEvent(new Event('pagehide'))
    expect(FakeSource.open).toHaveLength(0)
    window.dispatchEvent(new Event('pageshow'))
    expect(FakeSource.open).toHaveLength(1)
  })

  it('outlives a look at another tab, but not a long absence', () => {
    live.connect()
    becomes('hidden')
    vi.advanceTimersByTime(4_000)
    becomes('visible')
    vi.advanceTimersByTime(4_000)
    expect(FakeSource.open).toHaveLength(1)
    becomes('hidden')
    vi.advanceTimersByTime(5_000)
    expect(FakeSource.open).toHaveLength(0)
  })

  it('refreshes everything when it is opened again, since events were missed', async () => {
    const refresh = vi.fn()
    const stop = live.refreshOn(['budgets'], refresh)
    live.connect()
    opens()
    becomes('hidden')
    vi.advanceTimersByTime(5_000)
    becomes('visible')
    expect(refresh).not.toHaveBeenCalled()
    opens()
    await vi.advanceTimersByTimeAsync(1_500)
    expect(refresh).toHaveBeenCalledTimes(1)
    stop()
  })

  it('waits for the page to be looked at', () => {
    becomes('hidden')
    live.connect()
    expect(FakeSource.open).toHaveLength(0)
    becomes('visible')
    expect(FakeSource.open).toHaveLength(1)
  })

  it('stays closed after signing out', () => {
    live.connect()
    live.disconnect()
    becomes('hidden')
    becomes('visible')
    expect(FakeSource.open).toHaveLength(0)
  })
})
