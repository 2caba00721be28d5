import preact from '@preact/preset-vite'
import { defineConfig } from 'vitest/config'

// dist/ is what the server serves: index.html for /app/*, everything else under /assets/. The stylesheet of the
// server-rendered pages keeps a fixed name, and so does their one script, since their templates are compiled into the server.
export default defineConfig({
  plugins: [preact({ devToolsEnabled: false, reactAliasesEnabled: false, prefreshEnabled: false })],
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: 'index.html', pages: 'src/server_pages.css', passkey: 'src/passkey_page.ts' },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'passkey' ? 'assets/passkey.js' : 'assets/[name]-[hash].js'),
        assetFileNames: (asset) => {
          if (asset.names.includes('pages.css')) return 'assets/pages.css'
          // one ending for scripts, so that a server needs to know only one
          return asset.names.some((name) => name.endsWith('.mjs'))
            ? 'assets/[name]-[hash].js'
            : 'assets/[name]-[hash][extname]'
        },
      },
    },
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
})
