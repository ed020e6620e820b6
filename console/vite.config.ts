import vue from '@vitejs/plugin-vue'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

const here = import.meta.dirname

// Everything a build is made of, in the order of its names; console_test.go knows the same list.
const made = ['src', 'public', 'index.html', 'm.html', 'c.html', 'screen.html', 'vite.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json']

function files(name: string): string[] {
  if (!statSync(join(here, name)).isDirectory()) return [name]
  return readdirSync(join(here, name)).flatMap((f) => files(`${name}/${f}`))
}

/** stamped writes down which sources a build was made of: a test without Node.js can tell a stale one. */
function stamped(): Plugin {
  return {
    name: 'huajie-stamp',
    apply: 'build',
    generateBundle() {
      const sum = createHash('sha256')
      for (const f of made.flatMap(files).filter((f) => f !== 'src/shared/schema.d.ts').sort()) sum.update(f).update('\0').update(createHash('sha256').update(readFileSync(join(here, f))).digest('hex')).update('\n')
      this.emitFile({ type: 'asset', fileName: 'built.json', source: `${JSON.stringify({ sources: sum.digest('hex') })}\n` })
    },
  }
}

/** offline writes the worker that keeps the phone's page: the page, what it is made of, and nothing of the API. */
function offline(): Plugin {
  return {
    name: 'huajie-offline',
    apply: 'build',
    generateBundle(_, bundle) {
      const kept = new Set<string>()
      const keep = (name: string) => {
        const chunk = bundle[name]
        if (kept.has(name) || chunk?.type !== 'chunk') return
        kept.add(name)
        for (const css of (chunk as { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss ?? []) kept.add(css)
        chunk.imports.forEach(keep)
      }
      for (const c of Object.values(bundle)) if (c.type === 'chunk' && c.isEntry && c.name === 'phone') keep(c.fileName)
      const list = [...kept].sort().map((f) => `/${f}`)
      const version = createHash('sha256').update(list.join()).digest('hex').slice(0, 12)
      const worker = readFileSync(join(here, 'src/phone/sw.js'), 'utf8').replace('__VERSION__', version).replace('__FILES__', JSON.stringify(['/m', '/favicon.svg', '/m.webmanifest', ...list]))
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: worker })
    },
  }
}

// Four pages of one build: the desk, the phone, the citizen's and the wall. Names carry a hash,
// so that they may be kept for ever; the same sources always make the same build.
export default defineConfig({
  plugins: [vue(), offline(), stamped()],
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: {
    target: ['chrome87', 'safari14'],
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0,
    // The content security policy allows no inline scripts: nothing is preloaded by one.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { desk: 'index.html', phone: 'm.html', citizen: 'c.html', screen: 'screen.html' },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
