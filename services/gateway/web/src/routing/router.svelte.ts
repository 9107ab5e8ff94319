/** Where the user is. The server answers every path with the same page; the rest is the history API. */
class Location {
  path = $state(window.location.pathname)
  search = $state(window.location.search)

  get query(): URLSearchParams {
    return new URLSearchParams(this.search)
  }

  read(): void {
    this.path = window.location.pathname
    this.search = window.location.search
  }
}

export const here = new Location()

export function goTo(address: string, options: {replace?: boolean} = {}): void {
  if (options.replace) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
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
    if (link.href !== window.location.href) goTo(link.pathname + link.search)
    window.scrollTo(0, 0)
  }
  const onPop = () => here.read()
  document.addEventListener('click', onClick)
  window.addEventListener('popstate', onPop)
  return () => {
    document.removeEventListener('click', onClick)
    window.removeEventListener('popstate', onPop)
  }
}
