export type Theme = 'auto' | 'light' | 'dark'

const isTheme = (value: string | undefined): value is Theme => value === 'auto' || value === 'light' || value === 'dark'

/** Kept in a cookie, so that the server can write it into the page and the wrong theme never flashes. */
class CurrentTheme {
  value = $state<Theme>('auto')

  constructor() {
    // A page cached for offline use may have been written for another theme.
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
