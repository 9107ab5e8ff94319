import {Overlays} from './overlays'

/** The address of the current page. The server returns the same document for every path. */
class Location {
  path = $state(window.location.pathname)
  search = $state(window.location.search)

  /** Where the page was scrolled to when the user left it, if they came back. */
  returnedTo: number | undefined

  get query(): URLSearchParams {
    return new URLSearchParams(this.search)
  }

  read(): void {
    this.path = window.location.pathname
    this.search = window.location.search
  }
}

export const here = new Location()

/**
 * Takes the secrets out of an emailed link. They are in the fragment, which browsers never send to a server, and are removed
 * from the address bar and the history. Older emails have them in the query.
 */
export function takeLinkSecrets(): URLSearchParams {
  const {hash, search, pathname} = window.location
  const secrets = new URLSearchParams(hash.length > 1 ? hash.slice(1) : search)
  history.replaceState(history.state, '', pathname)
  here.read()
  return secrets
}

export const overlays = new Overlays(window.history, (work) => window.setTimeout(work))

export function goTo(address: string, options: {replace?: boolean} = {}): void {
  if (options.replace) history.replaceState(history.state, '', address)
  else {
    history.replaceState({...history.state, scrolled: window.scrollY}, '')
    history.pushState(null, '', address)
  }
  here.returnedTo = undefined
  here.read()
}

/** Follows links inside the page without loading it again, and leaves every other click to the browser. */
export function followLinks(): () => void {
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return
    if (link.pathname.startsWith('/api/') || link.pathname.startsWith('/docs') || link.getAttribute('href')?.startsWith('#')) return
    event.preventDefault()
    if (link.href !== window.location.href) goTo(link.pathname + link.search + link.hash)
    window.scrollTo(0, 0)
  }
  const onPop = () => {
    if (overlays.moved()) return
    here.returnedTo = (history.state as {scrolled?: number} | null)?.scrolled
    here.read()
  }
  document.addEventListener('click', onClick)
  window.addEventListener('popstate', onPop)
  return () => {
    document.removeEventListener('click', onClick)
    window.removeEventListener('popstate', onPop)
  }
}
