export type Theme = 'auto' | 'light' | 'dark'

const isTheme = (value: string | undefined): value is Theme => value === 'auto' || value === 'light' || value === 'dark'

/** Kept in a cookie, so that the server can write it into the page and no wrong colour ever flashes. */
class CurrentTheme {
  value = $state<Theme>('auto')

  constructor() {
    // The page may be one that was kept for times without a connection, written for another choice.
    const chosen = /(?:^|; )theme=(\w+)/.exec(document.cookie)?.[1]
    const written = document.documentElement.dataset.theme
    this.value = isTheme(chosen) ? chosen : isTheme(written) ? written : 'auto'
    document.documentElement.dataset.theme = this.value
  }

  choose(theme: Theme): void {
    this.value = theme
    document.documentElement.dataset.theme = theme
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
  }
}

export const theme = new CurrentTheme()
