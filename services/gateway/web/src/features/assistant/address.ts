/** Where a link in an answer leads. */
export type Target = {kind: 'page'; href: string} | {kind: 'document'; href: string} | {kind: 'elsewhere'; href: string; host: string}

/** The target of a link; undefined if it must not be followed. Answers are untrusted data. */
export function targetOf(url: string, origin: string): Target | undefined {
  let found: URL
  try {
    found = new URL(url, origin)
  } catch {
    return undefined
  }
  if (found.origin === origin) {
    const href = found.pathname + found.search + found.hash
    // Not pages of this UI: they open in a new tab, so that the conversation stays.
    return /^\/(api|docs)(\/|$)/.test(found.pathname) ? {kind: 'document', href} : {kind: 'page', href}
  }
  return found.protocol === 'https:' ? {kind: 'elsewhere', href: found.href, host: found.host} : undefined
}
