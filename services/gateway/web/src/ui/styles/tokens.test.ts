import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'

// Reads the tokens as they are written, so that nobody can make a pair unreadable in one theme without a red test.
const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const [root = ''] = css.split(":root[data-theme='light']")
const declared = new Map([...root.matchAll(/^\s*--([\w-]+):\s*(.+);$/gm)].map((match) => [match[1]!, match[2]!]))

type Theme = 'light' | 'dark'
const colour = /oklch\(([\d.]+) ([\d.]+) (?:var\(--([\w-]+)\)|([\d.]+))\)/g

function luminance(token: string, theme: Theme): number {
  const found = [...(declared.get(token) ?? '').matchAll(colour)]
  const match = found.length > 1 && theme === 'dark' ? found[1] : found[0]
  if (!match) throw new Error(`No colour in --${token}`)
  const hue = Number(match[3] ? declared.get(match[3]) : match[4])
  return oklchLuminance(Number(match[1]), Number(match[2]), (hue * Math.PI) / 180)
}

/** Relative luminance (WCAG) of an OKLCH colour, by way of linear sRGB. */
function oklchLuminance(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos(hue)
  const b = chroma * Math.sin(hue)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clamp = (value: number) => Math.min(1, Math.max(0, value))
  const red = clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
  const green = clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
  const blue = clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string, theme: Theme): number {
  const [low = 0, high = 0] = [luminance(one, theme), luminance(other, theme)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const text: [string, string[]][] = [
  ['text', ['surface-page', 'surface', 'surface-sunken', 'surface-hover', 'near-soft', 'exceeded-soft', 'accent-soft']],
  ['text-muted', ['surface-page', 'surface', 'surface-sunken', 'surface-hover']],
  ['accent', ['surface-page', 'surface', 'accent-soft', 'exceeded-soft']],
  ['on-accent', ['accent-fill', 'accent-fill-hover', 'danger-fill']],
  ['ok-text', ['surface', 'surface-sunken']],
  ['near-text', ['surface', 'near-soft']],
  ['exceeded-text', ['surface', 'surface-page', 'exceeded-soft']],
]
const edges: [string, string[]][] = [
  ['line-strong', ['surface', 'surface-page']],
  ['focus', ['surface', 'surface-page']],
  ['exceeded', ['surface', 'surface-sunken']],
]

describe.each(['light', 'dark'] as Theme[])('%s', (theme) => {
  it.each(text.flatMap(([front, backs]) => backs.map((back) => [front, back] as const)))('%s is read on %s', (front, back) => {
    expect(contrast(front, back, theme)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(edges.flatMap(([front, backs]) => backs.map((back) => [front, back] as const)))('%s is seen on %s', (front, back) => {
    expect(contrast(front, back, theme)).toBeGreaterThanOrEqual(3)
  })
})
