// The last step of a build: what compresses well gets its .br and .gz beside it, and the server sends those as they are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TEXT = /\.(html|js|css|svg|json|webmanifest|wasm|txt)$/
const WORTH_BYTES = 1024

for (const name of readdirSync('dist', { recursive: true })) {
  const path = join('dist', name)
  if (!TEXT.test(path)) continue
  const bytes = readFileSync(path)
  if (bytes.length < WORTH_BYTES) continue
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
}
