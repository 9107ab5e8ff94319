import '@testing-library/jest-dom/vitest'
import {configure} from '@testing-library/svelte'
import {afterEach, beforeEach, expect, vi} from 'vitest'
import {server} from './server'
import {FakeUploadRequest} from './upload-request'

// The machine may be busy; what is there is found at once all the same.
configure({asyncUtilTimeout: 10_000})

// The client takes fetch when it is created, so the fake is in place before any component is imported.
globalThis.fetch = window.fetch = server.fetch
globalThis.XMLHttpRequest = FakeUploadRequest as unknown as typeof XMLHttpRequest

// happy-dom does not match :checked with options, which is how Svelte reads a select.
HTMLSelectElement.prototype.querySelector = function (this: HTMLSelectElement, selector: string) {
  return selector === ':checked' ? (this.selectedOptions[0] ?? null) : Element.prototype.querySelector.call(this, selector)
} as HTMLSelectElement['querySelector']

beforeEach(async () => {
  server.reset()
  localStorage.clear()
  sessionStorage.clear()
  const {signIn} = await import('./session')
  signIn()
})

afterEach(async () => {
  vi.useRealTimers()
  const {signOut} = await import('./session')
  signOut()
  expect(server.unexpected).toEqual([])
})
