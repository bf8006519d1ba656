// Other vendors' own trackers against a running server: what each sends arrives once, with its type,
// items, money, ids and time. Then again through a proxy that loses requests and answers while the
// server is killed and started: what a client repeats is neither lost nor doubled.
//
//   node clients_test.mjs [CLIENT…] BINARY
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { Proxy, Server } from './rig.mjs';

const SKIPPED = 77;  // what CTest takes for "not run"
if (Number(process.versions.node.split('.')[0]) < 20) {
  console.log(`skipped: the clients need Node 20, this is ${process.version}`);
  process.exit(SKIPPED);
}

const HOUR = 3_600_000;
const SLOW = 10 * 60_000;  // a sender's clock, its retries, and this machine together

const AUDIENCES = {
  viewed: 'count(view_item, 2d, product == "sku-1" and category == "shoes" and quantity >= 1) == 1',
  viewed_brand: 'count(view_item, 2d, brand == "acme") == 1',
  bought: 'count(purchase, 2d, product == "sku-1" and category == "shoes" and quantity == 2) == 1',
  bought_brand: 'count(purchase, 2d, brand == "acme") == 1',
  alone: 'count(custom:transaction_item, 2d, product == "sku-1" and quantity == 2) == 1',
};

const STORY = { page_view: 1, view_item: 1, add_to_cart: 1, purchase: 1 };
const ALL = ['viewed', 'viewed_brand', 'bought', 'bought_brand'];
const TOLD = {
  events: { ...STORY, identify: 1 }, in: ALL, user: true, plan: 'gold', coupon: true, timed: true,
};

// What of the story each client can tell, and whether it repeats what failed.
const CLIENTS = {
  'segment-node': { ...TOLD, repeats: true },
  'segment-browser': { ...TOLD, timed: false, repeats: true },
  'rudder-node': { ...TOLD, repeats: true },
  jitsu: { ...TOLD, timed: false },
  'snowplow-post': { events: STORY, in: ['viewed', 'viewed_brand', 'bought'], user: true, timed: true,
                     repeats: true },
  'snowplow-get': { events: { ...STORY, custom: 1 }, in: ['viewed', 'viewed_brand', 'alone'],
                    user: true, timed: true, cart: { lines: 1, items: 2, value: '79.90' },
                    repeats: true },
  'snowplow-browser': { events: STORY, in: ALL, user: true, coupon: true, timed: true, repeats: true },
  'posthog-node': { ...TOLD, timed: true, now: ['identify'], user: false, is_user: true,
                    repeats: true },
  matomo: { events: { page_view: 1, view_item: 1, add_to_cart: 2, remove_from_cart: 1, purchase: 1 },
            in: ['viewed', 'bought'], user: true, timed: true },
  'minimal-ga4': { events: STORY, in: ALL, coupon: true, timed: false },
  'meta-business': { events: STORY, in: ALL, user: true, timed: true },
};

function run(name, base, who, at) {
  const script = fileURLToPath(new URL('clients.mjs', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, name, base, who, String(at)]);
    let said = '';
    child.stdout.on('data', (text) => { said += text; });
    child.stderr.on('data', (text) => { said += text; });
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, said }));
  });
}

function checkTimes(visitor, want, { at, began }) {
  for (const { type, newest } of visitor.events) {
    const late = Date.parse(newest) - (want.timed && !want.now?.includes(type) ? at : began);
    assert.ok(late >= -1000 && late < SLOW, `${type} happened ${late} ms after it should have`);
  }
}

const named = new Map();  // by `who`: what a client calls the visitor, when it has its own name

async function check(server, name, who, when) {
  const want = CLIENTS[name];
  const { status, body: visitor } = await server.get(`/v1/visitors/${named.get(who) ?? who}`);
  assert.equal(status, 200, 'the visitor is known');
  const counts = Object.fromEntries(visitor.events.map(({ type, count }) => [type, count]));
  assert.deepEqual(counts, want.events);
  checkTimes(visitor, want, when);
  const { orders, purchased, coupon_orders: coupons } = visitor.lifetime;
  assert.deepEqual({ orders, purchased, coupons },
                   { orders: 1, purchased: '84.90', coupons: want.coupon ? 1 : 0 });
  // A client that sends in parallel may bring the order before what was put into the cart.
  const { lines, items, value } = visitor.cart;
  const cart = want.cart ?? { lines: 0, items: 0, value: '0.00' };
  if (when.in_order) assert.deepEqual({ lines, items, value }, cart);
  assert.deepEqual(visitor.audiences.map(({ audience }) => audience).sort(), [...want.in].sort());
  const traits = Object.fromEntries(visitor.traits.map((trait) => [trait.name, trait.value]));
  assert.equal(traits.user_id, want.user ? `user-${who}` : want.is_user ? who : undefined);
  assert.equal(traits.plan, want.plan);
  const { source, medium, name: campaign } = visitor.last_campaign;
  assert.deepEqual([source, medium, campaign], ['news', 'mail', 'autumn']);
}

async function tell(server, base, name, who, in_order) {
  const began = Date.now();
  const at = Math.floor((began - HOUR) / 1000) * 1000;
  const { code, said } = await run(name, base, who, at);
  assert.equal(code, 0, said);
  assert.ok(!said.includes('gave up'), said);
  const own = /^visitor (\S+)$/m.exec(said);
  if (own) named.set(who, own[1]);
  await check(server, name, who, { at, began, in_order });
}

let passed = 0;
let failed = 0;
async function trial(title, work) {
  try {
    await work();
    ++passed;
    console.log(`ok      ${title}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${title}\n${error.stack}`);
  }
}

const names = process.argv.slice(2);
const binary = names.pop();
const chosen = names.length > 0 ? names : Object.keys(CLIENTS);
const server = new Server(binary, AUDIENCES);
try {
  await server.start();
  for (const name of chosen) {
    await trial(`${name}: everything arrives once`,
                () => tell(server, `http://127.0.0.1:${server.port}`, name, `calm-${name}`, true));
  }
  for (const name of chosen.filter((known) => CLIENTS[known].repeats)) {
    const proxy = new Proxy(server);
    const base = await proxy.start();
    await trial(`${name}: through lost requests, lost answers and a killed server`, async () => {
      await tell(server, base, name, `storm-${name}`, false);
      assert.ok(proxy.failed >= 2 && proxy.kills >= 1, 'there was trouble');
    });
    proxy.stop();
  }
  await trial('nothing was refused', async () => {
    const { body } = await server.get('/v1/quarantine');
    assert.deepEqual(body.entries, []);
  });
  await trial('a restart keeps it all', async () => {
    await server.stop();
    await server.start();
    for (const name of chosen) {
      const { body } = await server.get(`/v1/visitors/${named.get(`calm-${name}`) ?? `calm-${name}`}`);
      assert.equal(body.lifetime.orders, 1, name);
    }
  });
} finally {
  await server.stop('SIGKILL');
  server.remove();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
