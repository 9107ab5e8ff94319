import {render, screen} from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import {describe, expect, it} from 'vitest'
import {shortcuts} from '../../lib/keyboard/shortcuts.svelte'
import AppearanceSettings from './AppearanceSettings.svelte'

describe('the appearance', () => {
  it('changes at once, and is kept in a cookie', async () => {
    render(AppearanceSettings)
    expect(screen.getByRole('radio', {name: 'System'})).toBeChecked()
    await userEvent.click(screen.getByRole('radio', {name: 'Dark'}))
    expect(document.documentElement.dataset.theme).toBe('dark')
    expect(document.cookie).toContain('theme=dark')
    await userEvent.click(screen.getByRole('radio', {name: 'System'}))
    expect(document.documentElement.dataset.theme).toBe('auto')
  })

  it('turns single-key shortcuts off and on', async () => {
    render(AppearanceSettings)
    const box = screen.getByRole('checkbox', {name: 'Single-key shortcuts'})
    await userEvent.click(box)
    expect([shortcuts.enabled, localStorage.getItem('outlay.shortcuts')]).toEqual([false, 'off'])
    await userEvent.click(box)
    expect(shortcuts.enabled).toBe(true)
  })

  it('shows all shortcuts', async () => {
    render(AppearanceSettings)
    await userEvent.click(screen.getByRole('button', {name: 'Show all shortcuts'}))
    expect(shortcuts.helpOpen).toBe(true)
    shortcuts.helpOpen = false
  })
})
