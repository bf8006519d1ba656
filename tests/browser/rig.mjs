// A Chromium, a server, and pages of another origin that use its script. Used by browser_test.mjs.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Server } from '../clients/rig.mjs';

const kSecret = `sk_${'a'.repeat(40)}`;
export const kPublic = 'pk_browsertest1';
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

// A shop with the demo pages. It keeps its port when it is started again, as browsers expect.
export class Shop extends Server {
  constructor(binary, { script = '/rekindle.js', keys = false } = {}) {
    super(binary, {
      viewers: 'count(view_item, 7d) >= 1',
      filling_a_cart: 'cart.items > 0',
      buyers: 'count(purchase, 7d) >= 1',
    });
    Object.assign(this.config.server, { demo: join(root, 'web/demo'), script });
    Object.assign(this.config.sites[0], { currency: 'GBP', catalog: join(root, 'data/uci_catalog.csv') });
    delete this.config.sites[0].tracker_keys;
    this.headers = {};
    if (!keys) return;
    this.config.sites[0].public_keys = [{ key: kPublic, decides: true }];
    this.config.keys = [{
      name: 'tester', scopes: ['admin'], hash: `sha256:${createHash('sha256').update(kSecret).digest('hex')}`,
    }];
    this.headers = { Authorization: `Bearer ${kSecret}` };
  }

  async start() {
    await super.start();
    this.config.server.port = this.port;
    this.base = `http://127.0.0.1:${this.port}`;
  }

  async get(path) {
    const answer = await fetch(this.base + path, { headers: this.headers });
    return { status: answer.status, body: await answer.json() };
  }

  async send(events) {
    const answer = await fetch(`${this.base}/v1/events`, {
      method: 'POST', body: JSON.stringify(events), headers: this.headers,
    });
    if (!answer.ok) throw new Error(`events: ${answer.status}`);
  }

  // How many events of each type the server has of a visitor; nothing was counted twice or lost
  // when these are what was tracked. Custom types are one: a visitor's state has not their names.
  async counts(visitor) {
    const { status, body } = await this.get(`/v1/visitors/${visitor}`);
    const sums = {};
    if (status === 200) body.events.forEach(({ type, count }) => { sums[type] = (sums[type] ?? 0) + count; });
    return sums;
  }
}

// Pages of a shop on another origin: /NAME gives the HTML known by that name.
export class Pages {
  constructor() {
    this.html = new Map();
    this.http = http.createServer((request, response) => {
      const html = this.html.get(new URL(request.url, 'http://localhost').pathname);
      response.writeHead(html ? 200 : 404, { 'Content-Type': 'text/html' }).end(html ?? '');
    });
  }

  async start() {
    await new Promise((resolve) => { this.http.listen(0, '127.0.0.1', resolve); });
    this.base = `http://127.0.0.1:${this.http.address().port}`;
  }

  // A page with the script; gives its address.
  put(name, tag, body = '') {
    this.html.set(`/${name}`, `<!doctype html><title>${name}</title><script ${tag}></script><body>${body}`);
    return `${this.base}/${name}`;
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }
}

export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  timeout: 0,
  handleSIGTERM: false, // it ends with the pipe to it, whatever becomes of us
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// Looks again until it is so. Tests have no limit of their own: ctest's ends what never comes.
export async function until(what, isSo) {
  for (let round = 0; ; ++round) {
    const found = await isSo();
    if (found) return found;
    if (round % 100 === 99) console.log(`still waiting: ${what}`);
    await sleep(50);
  }
}

// How many colours a screenshot has and how many of its rows have more than one.
export const looksOf = (page, png) => page.evaluate(async (data) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const drawing = canvas.getContext('2d');
  drawing.drawImage(image, 0, 0);
  const pixels = new Uint32Array(drawing.getImageData(0, 0, image.width, image.height).data.buffer);
  let rows = 0;
  for (let y = 0; y < image.height; ++y) {
    const row = pixels.subarray(y * image.width, (y + 1) * image.width);
    if (row.some((pixel) => pixel !== row[0])) ++rows;
  }
  return { colours: new Set(pixels).size, busy: rows / image.height };
}, png.toString('base64'));
