// Bundles src/ into dist/rekindle.js and prints its size; over the limit the build fails.
// With --check nothing is written: it fails when dist/ is not what src/ gives.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const kBytesMax = 3 * 1024; // compressed, as browsers get it
const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, 'dist', 'rekindle.js');

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/rekindle.ts'],
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'iife',
  target: 'es2020',
  legalComments: 'none',
  banner: { js: '/* rekindle.js, Apache-2.0 */' },
  write: false,
});
const script = Buffer.from(outputFiles[0].contents);
const compressed = gzipSync(script, { level: 9 }).length;
console.log(`rekindle.js: ${script.length} bytes, ${compressed} gzipped (at most ${kBytesMax})`);
if (compressed > kBytesMax) {
  console.error('rekindle.js is too large');
  process.exit(1);
}
if (process.argv.includes('--check')) {
  if (!script.equals(readFileSync(out))) {
    console.error('dist/rekindle.js is not what src/ gives: run `npm run build` in web/');
    process.exit(1);
  }
} else {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, script);
}
