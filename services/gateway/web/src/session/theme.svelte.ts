export type Theme = 'auto' | 'light' | 'dark'

const isTheme = (value: string | undefined): value is Theme => value === 'auto' || value === 'light' || value === 'dark'

/** Kept in a cookie, so that the server can write it into the page and no wrong colour ever flashes. */
class CurrentTheme {
  value = $state<Theme>('auto')

  constructor() {
    const written = document.documentElement.dataset.theme
    this.value = isTheme(written) ? written : 'auto'
  }

  choose(theme: Theme): void {
    this.value = theme
    document.documentElement.dataset.theme = theme
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
  }
}

export const theme = new CurrentTheme()
