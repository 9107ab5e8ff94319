import {createHash} from 'node:crypto'
import {readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Plugin} from 'vite'

const cached = /\.(js|css|svg|webmanifest)$/

/** Writes the service worker with the list of files to cache. The API documentation is not cached. */
export function serviceWorker(template: string): Plugin {
  let outDir = ''
  return {
    name: 'outlay-service-worker',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir
    },
    async closeBundle() {
      const names = (await readdir(join(outDir, 'assets'))).filter((name) => cached.test(name) && !name.startsWith('docs-')).sort()
      const page = await readFile(join(outDir, 'index.html'), 'utf8')
      const entry = /src="([^"]+)"/.exec(page)?.[1]
      if (!entry) throw new Error('index.html names no script')
      const version = createHash('sha256').update(names.join()).update(page).digest('hex').slice(0, 12)
      const worker = (await readFile(template, 'utf8'))
        .replace('__ASSETS__', JSON.stringify(names.map((name) => `/assets/${name}`)))
        .replace('__ENTRY__', JSON.stringify(entry))
        .replace('__VERSION__', version)
      await writeFile(join(outDir, 'sw.js'), worker)
    },
  }
}
