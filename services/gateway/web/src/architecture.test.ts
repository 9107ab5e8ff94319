import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, normalize} from 'node:path/posix'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'

// Who may import whom: app → features → ui → lib. The imports are read as they are written.

const root = fileURLToPath(new URL('.', import.meta.url))
const isTest = (file: string) => /\.test\.ts$|^testing\//.test(file)
const files = (readdirSync(root, {recursive: true}) as string[]).filter((file) => /\.(ts|svelte|css)$/.test(file)).sort()
const product = files.filter((file) => !isTest(file))

const importLine = /(?:\bfrom\s+|\bimport\s*\(?\s*|@import\s+)['"](\.{1,2}\/[^'"]+)['"]/g

/** The files that a file imports, static, dynamic and types alike. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(importLine)].map(([, path = '']) => fileAt(normalize(join(dirname(file), path)), file))
}

function fileAt(path: string, importer: string): string {
  const found = ['', '.ts', '.d.ts', '/index.ts'].map((ending) => path + ending).find((candidate) => files.includes(candidate))
  if (!found) throw new Error(`${importer} imports ${path}, which is no file`)
  return found
}

const imports = new Map(product.map((file) => [file, importsOf(file)]))
const edges = [...imports].flatMap(([from, targets]) => targets.map((to) => [from, to] as const))
const roomOf = (file: string): string => file.split('/')[0] ?? ''
const featureOf = (file: string): string | undefined => (roomOf(file) === 'features' ? file.split('/')[1] : undefined)

/** The first circle in a graph, as the path through it. */
function circleIn(graph: Map<string, Iterable<string>>): string[] | undefined {
  const finished = new Set<string>()
  function visit(node: string, path: string[]): string[] | undefined {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (finished.has(node)) return undefined
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node])
      if (circle) return circle
    }
    finished.add(node)
    return undefined
  }
  for (const node of graph.keys()) {
    const circle = visit(node, [])
    if (circle) return circle
  }
  return undefined
}

const mayImport: Record<string, string[]> = {
  'main.ts': ['app'],
  app: ['app', 'features', 'ui', 'lib'],
  features: ['features', 'ui', 'lib'],
  ui: ['ui', 'lib'],
  lib: ['lib'],
}

describe('the rooms of the web UI', () => {
  it('import only downwards', () => {
    expect(product.length).toBeGreaterThan(100)
    expect(product.filter((file) => !(roomOf(file) in mayImport))).toEqual([])
    expect(edges.filter(([from, to]) => !mayImport[roomOf(from)]?.includes(roomOf(to)))).toEqual([])
  })

  it('have features that use each other in one direction', () => {
    const graph = new Map<string, Set<string>>()
    for (const [from, to] of edges) {
      const [user, used] = [featureOf(from), featureOf(to)]
      if (user && used && user !== used) graph.set(user, (graph.get(user) ?? new Set()).add(used))
    }
    expect(graph.size).toBeGreaterThan(0)
    expect(circleIn(graph)).toBeUndefined()
  })

  it('have no circle of imports', () => {
    expect(circleIn(imports)).toBeUndefined()
  })
})

describe('a circle', () => {
  it('is found, however long', () => {
    expect(circleIn(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual(['b', 'c', 'b'])
    expect(circleIn(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', []]]))).toBeUndefined()
  })
})
