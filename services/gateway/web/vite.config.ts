import {fileURLToPath} from 'node:url'
import {svelte} from '@sveltejs/vite-plugin-svelte'
import {defineConfig} from 'vite'
import {precompress} from './tools/precompress.ts'
import {serviceWorker} from './tools/worker.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const gateway = process.env.GATEWAY ?? 'http://127.0.0.1:8000'

export default defineConfig({
  root: here('.'),
  plugins: [svelte(), serviceWorker(here('tools/service-worker.js')), precompress()],
  server: {proxy: {'/api': {target: gateway, changeOrigin: false}}},
  build: {
    outDir: here('../src/gateway/web'),
    emptyOutDir: true,
    // Browsers that know light-dark(), so that the tokens stay as they are written.
    target: ['chrome125', 'firefox128', 'safari17.5'],
    // Everything is a file of its own: the content security policy then needs no exception.
    assetsInlineLimit: 0,
    modulePreload: {polyfill: false},
    license: {fileName: 'assets/licenses.md'},
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      input: {app: here('index.html'), docs: here('docs/index.html')},
    },
  },
  test: {include: ['src/**/*.test.ts']},
} as Parameters<typeof defineConfig>[0])
