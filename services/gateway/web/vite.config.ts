import {fileURLToPath} from 'node:url'
import {svelte} from '@sveltejs/vite-plugin-svelte'
import {svelteTesting} from '@testing-library/svelte/vite'
import {defineConfig} from 'vite'
import {precompress} from './tools/precompress.ts'
import {serviceWorker} from './tools/worker.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// A test of a component is named like the component, with a capital letter.
const componentTests = 'src/**/[A-Z]*.test.ts'
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
  test: {
    // One environment for all files of a worker is twice as fast; src/testing/setup.ts resets what lives as long as a page.
    isolate: false,
    projects: [
      {extends: true, test: {name: 'units', include: ['src/**/*.test.ts'], exclude: [componentTests]}},
      {
        extends: true,
        plugins: [svelteTesting()],
        test: {
          name: 'components',
          include: [componentTests],
          testTimeout: 30_000,
          environment: 'happy-dom',
          environmentOptions: {happyDOM: {url: 'http://outlay.test/'}},
          setupFiles: ['src/testing/setup.ts'],
        },
      },
    ],
  },
} as Parameters<typeof defineConfig>[0])
