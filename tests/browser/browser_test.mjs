// rekindle.js and the demo shop in a real Chromium against a real server: what a page tracks is at
// the server once, through navigations, lost networks and killed servers; who refuses leaves no
// trace; the shop shows what the server decides.
//
// browser_test.mjs [--screenshots DIR] BINARY
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { kPublic, launch, looksOf, Pages, Shop, until } from './rig.mjs';

const binary = process.argv.at(-1);
const shots = process.argv.includes('--screenshots') ? process.argv[process.argv.indexOf('--screenshots') + 1] : undefined;
if (shots) mkdirSync(shots, { recursive: true });

let browser;
const pages = new Pages();
const shop = new Shop(binary);
const renamed = new Shop(binary, { script: '/s/a1.js' });
const keyed = new Shop(binary, { keys: true });

before(async () => {
  await Promise.all([shop.start(), renamed.start(), keyed.start(), pages.start()]);
  browser = await launch();
});

// Told to end: what was started ends too.
process.once('SIGTERM', () => process.exit(1));
process.once('exit', () => [shop, renamed, keyed].forEach((server) => server.process?.kill('SIGKILL')));

after(async () => {
  await browser?.close();
  pages.stop();
  for (const server of [shop, renamed, keyed]) {
    await server.stop();
    server.remove();
  }
});

// A visitor's browser of its own, with nothing in its storage.
async function visit(address, { context, ...options } = {}) {
  const page = await (context ?? (await browser.newContext(options))).newPage();
  page.setDefaultTimeout(0); // a slow machine is no fault; the harness ends what never comes
  page.sent = [];
  page.errors = [];
  page.on('request', (request) => {
    if (/\/v1\//.test(request.url())) page.sent.push(request.url());
  });
  page.on('websocket', (socket) => page.sent.push(socket.url()));
  page.on('pageerror', (error) => page.errors.push(String(error)));
  if (address) await page.goto(address);
  return page;
}

const visitorOf = (page) => page.evaluate(() => window.rekindle.visitor());
const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('rk:')));
const track = (page, type, times = 1) =>
  page.evaluate(([name, n]) => { for (let i = 0; i < n; ++i) window.rekindle.track(name); }, [type, times]);
const tagOf = (server, more = '') => `src="${server.base}${server.config.server.script}" ${more}`;

async function countsBecome(server, visitor, wanted) {
  const names = Object.keys(wanted);
  await until(`${JSON.stringify(wanted)}`, async () => {
    const counts = await server.counts(visitor);
    return names.every((name) => (counts[name] ?? 0) >= wanted[name]);
  });
  const counts = await server.counts(visitor);
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, counts[name]])), wanted);
}

test('the shop: browse, search, add, buy; the panel follows', async () => {
  const page = await visit(`${shop.base}/demo/`, { viewport: { width: 1360, height: 900 } });
  await page.waitForSelector('body[data-ready]');
  const visitor = await visitorOf(page);
  await page.fill('.search input', 'lunch bag');
  await page.press('.search input', 'Enter');
  await page.waitForSelector('body[data-ready] .card');
  assert.match(await page.textContent('.row h2'), /lunch bag/);
  await page.click('.card h3 a');
  await page.waitForSelector('body[data-ready] .product');
  await until('the panel knows of the viewing', async () => (await page.textContent('#audiences')).includes('viewers'));
  await page.click('.product .button');
  await until('the panel knows of the cart', async () => (await page.textContent('#audiences')).includes('filling a cart'));
  assert.equal(await page.textContent('#pieces'), '1');
  await until('the profile has the cart', async () => (await page.textContent('#profile')).includes('1 items'));
  await page.click('.cart');
  await page.click('#buy'); // tells the purchase and leaves the page at once
  await page.waitForURL(/thanks/);
  await until('the panel says bought', async () => (await page.textContent('#audiences')).includes('buyers'));
  await until('the log says so', async () => /left filling a cart/.test(await page.textContent('#log')));
  await countsBecome(shop, visitor, { search: 1, view_item: 1, add_to_cart: 1, begin_checkout: 1, purchase: 1, page_view: 5 });
  const { body } = await shop.get(`/v1/visitors/${visitor}`);
  assert.equal(body.lifetime.orders, 1);
  assert.equal(body.cart.items, 0);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('the shop shows something, on a desk and on a phone', async () => {
  for (const [name, width, height] of [['desk', 1360, 900], ['phone', 390, 844]]) {
    const page = await visit(undefined, { viewport: { width, height } });
    for (const [view, path] of [['home', ''], ['list', '?category=mug'], ['product', '?product=22423'], ['cart', '?cart']]) {
      await page.goto(`${shop.base}/demo/${path}`);
      await page.waitForSelector('body[data-ready]');
      await until('the panel is live', () => page.$('#panel.live'));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${view} on a ${name} is ${wide} wide`);
      const png = await page.screenshot(shots ? { path: join(shots, `${name}-${view}.png`) } : {});
      const looks = await looksOf(page, png);
      assert.ok(looks.colours > 100 && looks.busy > 0.3, `${view} on a ${name}: ${JSON.stringify(looks)}`);
      if (view === 'product') await page.click('.product .button');
    }
    assert.ok(await page.$('header.bar .search') && await page.$('.lines li') && await page.$('#panel'));
    assert.deepEqual(page.errors, []);
    await page.context().close();
  }
});

test('navigation during send: nothing is lost, nothing doubled', async () => {
  const address = pages.put('walk', tagOf(shop));
  const page = await visit(address);
  const visitor = await visitorOf(page);
  const kRounds = 20;
  for (let round = 1; round < kRounds; ++round) {
    const loaded = page.waitForURL(`${address}?${round}`);
    await page.evaluate(([next]) => {
      window.rekindle.track('custom:before_leaving');
      window.rekindle.track('custom:before_leaving');
      location.href = next;
    }, [`${address}?${round}`]);
    await loaded;
  }
  await countsBecome(shop, visitor, { custom: 2 * (kRounds - 1), page_view: kRounds });
  await until('the queue is empty', async () => !(await kept(page)).some((name) => name.startsWith('rk:q:')));
  await page.context().close();
});

test('offline and back, on the same page and on a later one', async () => {
  const address = pages.put('offline', tagOf(shop));
  const page = await visit(address);
  const visitor = await visitorOf(page);
  await countsBecome(shop, visitor, { page_view: 1 });
  await page.context().setOffline(true);
  await track(page, 'custom:offline', 5);
  await until('all five are kept', async () => (await kept(page)).filter((name) => name.startsWith('rk:q:')).length === 5);
  await page.context().setOffline(false);
  await countsBecome(shop, visitor, { custom: 5 });
  await page.context().setOffline(true);
  await track(page, 'custom:closed', 5);
  await page.close();
  const later = await visit(undefined, { context: page.context() });
  await later.context().setOffline(false);
  await later.goto(address);
  await countsBecome(shop, visitor, { custom: 10, page_view: 2 });
  await later.context().close();
});

test('over its bound the queue loses the oldest and says how many', async () => {
  const page = await visit(pages.put('bound', tagOf(shop)));
  const visitor = await visitorOf(page);
  await countsBecome(shop, visitor, { page_view: 1 });
  await page.context().setOffline(true);
  await track(page, 'custom:many', 230);
  const lost = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('rk:q:'))
    .reduce((sum, name) => sum + (JSON.parse(localStorage[name]).props?.lost ?? 0), 0));
  assert.equal((await kept(page)).filter((name) => name.startsWith('rk:q:')).length, 200);
  assert.ok(lost >= 29, `${lost} are told as lost`);
  await page.context().setOffline(false);
  await countsBecome(shop, visitor, { custom: 200 });
  await page.context().close();
});

test('the server is killed and comes back, by requests and by WebSocket', async () => {
  const server = new Shop(binary);
  await server.start();
  const address = pages.put('killed', tagOf(server));
  const plain = await visit(address);
  const live = await visit(address);
  await live.evaluate(() => window.rekindle.decide('home', (offers) => { window.offers = offers; }));
  await until('the WebSocket is open', () => live.evaluate(() => window.offers !== undefined));
  const visitors = [await visitorOf(plain), await visitorOf(live)];
  for (let round = 0; round < 2; ++round) {
    for (const page of [plain, live]) await track(page, 'custom:killed', 10);
    await server.stop('SIGKILL');
    for (const page of [plain, live]) await track(page, 'custom:killed', 10);
    await server.start();
  }
  for (const visitor of visitors) await countsBecome(server, visitor, { custom: 40, page_view: 1 });
  await plain.context().close();
  await live.context().close();
  await server.stop();
  server.remove();
});

test('consent asked for: silence stores and sends nothing, yes begins, no ends and erases', async () => {
  const page = await visit(pages.put('ask', tagOf(shop, 'data-rk-consent="ask"'),
    '<button data-rk-event="add_to_cart" data-rk-product="a">+</button>'));
  await page.click('button');
  await page.evaluate(async () => {
    await window.rekindle.track('custom:early');
    window.rekindle.decide('home', () => {});
    history.pushState({}, '', '?elsewhere');
  });
  await page.reload();
  assert.deepEqual([page.sent, await kept(page), await visitorOf(page)], [[], [], undefined]);
  await page.evaluate(() => window.rekindle.consent({ analytics: true, ads: false }));
  const visitor = await visitorOf(page);
  await countsBecome(shop, visitor, { page_view: 1, consent: 1 });
  const { body } = await shop.get(`/v1/visitors/${visitor}`);
  assert.deepEqual(body.consent.map(({ purpose, granted }) => [purpose, granted]).sort(), [['ads', false], ['analytics', true]]);
  await page.evaluate(() => window.rekindle.consent({ analytics: true, ads: false })); // a banner, again
  await page.evaluate(() => window.rekindle.consent(false));
  await countsBecome(shop, visitor, { page_view: 1, consent: 2 });
  const sent = page.sent.length;
  await track(page, 'custom:late');
  await page.reload();
  await page.click('button');
  assert.deepEqual([page.sent.length, await kept(page), await visitorOf(page)], [sent, [], undefined]);
  await page.context().close();
});

test('a refusal without being asked outlives the page, by a mark that names nobody', async () => {
  const page = await visit(pages.put('refuse', tagOf(shop)));
  const visitor = await visitorOf(page);
  await countsBecome(shop, visitor, { page_view: 1 });
  await page.evaluate(() => window.rekindle.consent(false));
  await countsBecome(shop, visitor, { consent: 1 });
  const sent = page.sent.length;
  await page.reload();
  await track(page, 'custom:late');
  assert.deepEqual([page.sent.length, await kept(page), await visitorOf(page)], [sent, ['rk:refused'], undefined]);
  await page.context().close();
});

test('Global Privacy Control and Do Not Track: nothing is stored or sent', async () => {
  const address = pages.put('signals', tagOf(shop));
  for (const [name, value] of [['globalPrivacyControl', true], ['doNotTrack', '1']]) {
    const context = await browser.newContext();
    await context.addInitScript(([key, is]) => Object.defineProperty(Navigator.prototype, key, { get: () => is }), [name, value]);
    const page = await visit(address, { context });
    await track(page, 'custom:never');
    await page.evaluate(() => window.rekindle.decide('home', () => {}));
    await page.reload();
    assert.deepEqual([page.sent, await kept(page), await visitorOf(page)], [[], [], undefined], name);
    await context.close();
  }
});

test('attributes alone make events', async () => {
  const page = await visit(pages.put('attributes', tagOf(shop), `
    <article data-rk-product="sku-7" data-rk-category="mugs" data-rk-price="4.50" data-rk-view="view_item">
      <button data-rk-event="add_to_cart" data-rk-quantity="3"><b>Add</b></button></article>
    <form data-rk-event="search" onsubmit="return false"><input type="search" value="red mug"></form>`));
  const visitor = await visitorOf(page);
  await page.click('b');
  await page.evaluate(() => document.querySelector('form').requestSubmit());
  await countsBecome(shop, visitor, { page_view: 1, view_item: 1, add_to_cart: 1, search: 1 });
  const { body } = await shop.get(`/v1/visitors/${visitor}`);
  assert.deepEqual([body.cart.items, body.cart.value], [3, '13.50']);
  await page.context().close();
});

test('GA4 names, calls before the script is there, and pages without a reload', async () => {
  const address = pages.put('ga4', `>window.rekindle=[['identify','u-17',{city:'Rome'}]]</script><script ${tagOf(shop)} defer`);
  const page = await visit(`${address}?utm_source=news&utm_medium=mail&utm_campaign=autumn`);
  const visitor = await visitorOf(page);
  const done = await page.evaluate(() => window.rekindle.track('purchase', {
    transaction_id: 'o-1', currency: 'GBP', value: '20.00',
    items: [{ item_id: 'x', item_category: 'mugs', price: '10.00', quantity: 2 }],
  }));
  assert.equal(done, true); // acknowledged
  await page.evaluate(() => history.pushState({}, '', '?next'));
  await countsBecome(shop, visitor, { identify: 1, purchase: 1, page_view: 2 });
  const { body } = await shop.get(`/v1/visitors/${visitor}`);
  assert.deepEqual([body.lifetime.orders, body.lifetime.revenue, body.last_campaign.source], [1, '20.00', 'news']);
  // A browser without a head says so, and is on the list of crawlers.
  assert.deepEqual(body.traits.map(({ name, value }) => `${name}=${value}`).sort(), ['bot=true', 'city=Rome', 'user_id=u-17']);
  await page.context().close();
});

test('a browser without storage still tracks', async () => {
  const context = await browser.newContext();
  await context.addInitScript(() => Object.defineProperty(window, 'localStorage', { get: () => { throw new Error('refused'); } }));
  const page = await visit(pages.put('no-storage', tagOf(shop)), { context });
  const visitor = await visitorOf(page);
  await track(page, 'custom:memory', 3);
  await countsBecome(shop, visitor, { page_view: 1, custom: 3 });
  assert.deepEqual(page.errors, []);
  await context.close();
});

test('another origin and a name of its own: decisions and audiences follow events from elsewhere', async () => {
  const page = await visit(pages.put('renamed', tagOf(renamed)));
  const visitor = await visitorOf(page);
  await page.evaluate(() => {
    window.told = [];
    window.rekindle.decide('home', (offers, live) => window.told.push([offers.length, live.audiences]));
    window.rekindle.audiences(({ entered, left }) => { window.moved = [...(window.moved ?? []), [entered, left]]; });
  });
  await until('the first decision', () => page.evaluate(() => window.told.length > 0));
  await renamed.send([{ visitor, type: 'view_item', items: [{ product: '22423' }] }]);
  await until('entered', () => page.evaluate(() => JSON.stringify(window.moved ?? []).includes('viewers')));
  await renamed.send([{ visitor, type: 'add_to_cart', items: [{ product: '22423', price: '10.95' }] }]);
  await until('a cart', () => page.evaluate(() => window.moved.some(([entered]) => entered.includes('filling_a_cart'))));
  await renamed.send([{ visitor, type: 'remove_from_cart', items: [{ product: '22423' }] }]);
  await until('no cart', () => page.evaluate(() => window.moved.some(([, left]) => left.includes('filling_a_cart'))));
  await countsBecome(renamed, visitor, { page_view: 1 });
  await page.context().close();
});

test('with a public key: events by request and WebSocket, offers, and no audiences', async () => {
  const address = pages.put('keyed', tagOf(keyed, `data-rk-key="${kPublic}"`));
  const page = await visit(address);
  const visitor = await visitorOf(page);
  await countsBecome(keyed, visitor, { page_view: 1 });
  await page.evaluate(() => window.rekindle.decide('home', (offers, live) => { window.told = live; }));
  await until('the first decision', () => page.evaluate(() => window.told !== undefined));
  await track(page, 'view_item', 3);
  await page.reload(); // leaves by beacon too
  await countsBecome(keyed, visitor, { page_view: 2, view_item: 3 });
  await page.evaluate(() => window.rekindle.decide('home', (offers, live) => { window.told = live; }));
  assert.deepEqual(await until('told again', () => page.evaluate(() => window.told?.audiences)), []);
  const other = await visit(pages.put('no-key', tagOf(keyed)));
  await track(other, 'custom:unknown');
  await until('it was refused', async () => (await kept(other)).filter((name) => name.startsWith('rk:q:')).length === 2);
  assert.deepEqual(await keyed.counts(await visitorOf(other)), {});
  for (const used of [page, other]) await used.context().close();
});

test('the script is served compressed, with a tag, and not again when it is known', async () => {
  const address = shop.base + shop.config.server.script;
  const first = await fetch(address);
  const tag = first.headers.get('ETag');
  assert.equal(first.headers.get('Content-Encoding'), 'gzip');
  assert.ok(tag && first.headers.get('Cache-Control').includes('max-age'));
  const plain = await fetch(address, { headers: { 'Accept-Encoding': 'identity' } });
  assert.equal(await plain.text(), await first.text());
  const again = await fetch(address, { headers: { 'If-None-Match': tag } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(`${shop.base}/demo`, { redirect: 'manual' })).headers.get('Location'), '/demo/');
  for (const path of ['/demo/../config.yaml', '/demo/%2e%2e/config.yaml', '/demo/nothing.js']) {
    assert.equal((await fetch(shop.base + path)).status, 404);
  }
});
