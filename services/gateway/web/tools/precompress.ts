import {readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {brotliCompress, constants, gzip} from 'node:zlib'
import type {Plugin} from 'vite'

const compressible = /\.(js|css|svg|html|webmanifest|json|md)$/
const smallest = 1024

/** Writes .gz and .br beside every text file, so that the gateway never compresses during a request. */
export function precompress(): Plugin {
  let outDir = ''
  return {
    name: 'outlay-precompress',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir
    },
    async closeBundle() {
      for (const entry of await readdir(outDir, {recursive: true, withFileTypes: true})) {
        // index.html is filled in per request (theme), so it is not compressed here.
        if (!entry.isFile() || !compressible.test(entry.name) || entry.name.endsWith('.html')) continue
        const path = join(entry.parentPath, entry.name)
        const content = await readFile(path)
        if (content.length < smallest) continue
        const brotli = await promisify(brotliCompress)(content, {
          params: {[constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: content.length},
        })
        await writeFile(`${path}.br`, brotli)
        await writeFile(`${path}.gz`, await promisify(gzip)(content, {level: 9}))
      }
    },
  }
}
