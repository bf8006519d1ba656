// Writes crawlers.tsv, which is part of the program, from the npm package crawler-user-agents:
// npm ci && npm run generate. With --check it only says whether the file is what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const of = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const root = 'node_modules/crawler-user-agents/';
const { version } = JSON.parse(of(`${root}package.json`));
const crawlers = JSON.parse(of(`${root}crawler-user-agents.json`));
const licence = of(`${root}LICENSE`).trim().split('\n').map((line) => `# ${line}`.trimEnd());

// Libraries with which servers send what their visitors did are crawlers only where a page is asked for.
const line = ({ pattern, tags = [] }) => {
  if (/[\t\n]|\)rk"/.test(pattern)) throw new Error(`a pattern that cannot stand in a line: ${pattern}`);
  return `${tags.includes('http-library') ? 'library' : 'crawler'}\t${pattern}`;
};
const text = [
  `# Made by data/crawlers/generate.mjs from crawler-user-agents ${version}; do not edit. Its licence:`,
  ...licence, ...crawlers.map(line), ''].join('\n');

if (!process.argv.includes('--check')) {
  writeFileSync(new URL('crawlers.tsv', import.meta.url), text);
} else if (of('crawlers.tsv') !== text) {
  console.error('data/crawlers/crawlers.tsv is not what the package gives: npm run generate');
  process.exit(1);
}
