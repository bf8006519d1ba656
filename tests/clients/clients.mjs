// The vendors' own clients, each telling the same story of a visitor; run by clients_test.mjs, one
// process a client:  node clients.mjs NAME BASE_URL VISITOR AT_MS
//
// The story: a page, a product (sku-1: shoes, acme, 39.95), two of them put into the cart, an order
// of them worth 84.90 with the coupon SAVE10, and who the visitor is where the client can say so.
// Where a client takes times, everything happened at AT_MS. A client ends when it has an answer to
// everything it sent; what it gives up is printed as "gave up".
import { createRequire } from 'node:module';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const KEY = 'shop-key';
const PAGE = 'https://shop.example/p?utm_source=news&utm_medium=mail&utm_campaign=autumn';
const PRODUCT = { product_id: 'sku-1', category: 'shoes', brand: 'acme', price: 39.95, quantity: 2 };

function orderOf(who) {
  return { order_id: `order-${who}`, revenue: 84.9, currency: 'EUR', coupon: 'SAVE10',
           products: [PRODUCT] };
}

// The calls that Segment, RudderStack and Jitsu have in common, as [method, name or traits, rest].
function segmentStory(who) {
  return [['page', { url: PAGE }], ['track', 'Product Viewed', { ...PRODUCT, quantity: 1 }],
          ['track', 'Product Added', PRODUCT], ['track', 'Order Completed', orderOf(who)],
          ['identify', { plan: 'gold' }]];
}

async function segmentNode({ base, who, at }) {
  const { Analytics } = await import('@segment/analytics-node');
  const client = new Analytics({ writeKey: KEY, host: base, path: '/v1/batch', maxEventsInBatch: 3,
                                 flushInterval: 50, maxRetries: 10 });
  client.on('error', (error) => console.log('gave up', error.code, String(error.reason)));
  const common = { anonymousId: who, userId: `user-${who}`, timestamp: new Date(at) };
  for (const [method, first, properties] of segmentStory(who)) {
    if (method === 'page') client.page({ ...common, properties: first });
    if (method === 'track') client.track({ ...common, event: first, properties });
    if (method === 'identify') client.identify({ ...common, traits: first });
  }
  await client.closeAndFlush({ timeout: 60_000 });
}

async function rudderNode({ base, who, at }) {
  const Analytics = require('@rudderstack/rudder-sdk-node');
  const Client = Analytics.default ?? Analytics;
  const client = new Client(KEY, { dataPlaneUrl: base, flushAt: 100, gzip: true, retryCount: 10,
                                   flushInterval: 3_600_000, logLevel: 'error' });
  const common = { anonymousId: who, userId: `user-${who}`, timestamp: new Date(at) };
  const taken = [];
  for (const [method, first, properties] of segmentStory(who)) {
    taken.push(new Promise((resolve, reject) => {
      const done = (error) => (error ? reject(error) : resolve());
      if (method === 'page') client.page({ ...common, name: 'p', properties: first }, done);
      if (method === 'track') client.track({ ...common, event: first, properties }, done);
      if (method === 'identify') client.identify({ ...common, traits: first }, done);
    }));
  }
  client.flush();
  await Promise.all(taken);
}

async function jitsu({ base, who }) {
  const { jitsuAnalytics } = require('@jitsu/js');
  const client = jitsuAnalytics({ host: base, writeKey: `${KEY}:secret` });
  await client.setAnonymousId(who);
  for (const [method, first, properties] of segmentStory(who)) {
    if (method === 'page') await client.page(first);
    if (method === 'track') await client.track(first, properties);
    if (method === 'identify') await client.identify(`user-${who}`, first);
  }
}

// A browser for clients that need one.
function openWindow() {
  const { JSDOM } = require('jsdom');
  const dom = new JSDOM('<!doctype html><title>Shop</title><body></body>',
                        { url: PAGE, pretendToBeVisual: true });
  const { window } = dom;
  for (const name of ['window', 'document', 'localStorage', 'sessionStorage', 'self', 'location',
                      'navigator', 'CustomEvent', 'Event', 'Node', 'HTMLElement', 'XMLHttpRequest', 'screen']) {
    Object.defineProperty(globalThis, name, { value: name === 'window' ? window : window[name],
                                              configurable: true, writable: true });
  }
  window.fetch = globalThis.fetch;
  return window;
}

async function segmentBrowser({ base, who }) {
  openWindow();
  let taken = 0;
  const transport = globalThis.fetch;
  globalThis.fetch = async (url, options) => {
    const answer = await transport(url, options);
    if (answer.ok) ++taken;
    return answer;
  };
  window.fetch = globalThis.fetch;
  const { AnalyticsBrowser } = require('@segment/analytics-next');
  const apiHost = `${base.slice('http://'.length)}/v1`;
  const [client] = await AnalyticsBrowser.load(
    { writeKey: KEY, cdnSettings: { integrations: { 'Segment.io': { apiKey: KEY } } } },
    { integrations: { 'Segment.io': { apiHost, protocol: 'http' } } });
  client.setAnonymousId(who);
  for (const [method, first, properties] of segmentStory(who)) {
    if (method === 'page') await client.page(undefined, undefined, first);
    if (method === 'track') await client.track(first, properties);
    if (method === 'identify') await client.identify(`user-${who}`, first);
  }
  while (taken < 5) await sleep(20);
}

async function snowplowNode({ base, who, at }, method) {
  const snowplow = require('@snowplow/node-tracker');
  let answered = 0;
  const tracker = snowplow.newTracker(
    { namespace: 'test', appId: KEY, encodeBase64: method === 'get' },
    { endpoint: base, eventMethod: method, bufferSize: 3,
      onRequestSuccess: (batch) => { answered += batch.length; } });
  tracker.setDomainUserId(who);
  tracker.setUserId(`user-${who}`);
  const time = { type: 'ttm', value: at };
  const item = { sku: 'sku-1', category: 'shoes', price: 39.95, quantity: 2, currency: 'EUR' };
  const events = [
    snowplow.buildPageView({ pageUrl: PAGE, pageTitle: 'P', referrer: 'https://r.example/' }),
    snowplow.buildSelfDescribingEvent({ event: {
      schema: 'iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2',
      data: { type: 'product_view' } } }),
    snowplow.buildAddToCart({ sku: 'sku-1', name: 'Shoe', category: 'shoes', unitPrice: 39.95,
                              quantity: 2, currency: 'EUR' }),
    snowplow.buildEcommerceTransaction({ orderId: `order-${who}`, total: 84.9, currency: 'EUR' }),
    snowplow.buildEcommerceTransactionItem({ orderId: `order-${who}`, ...item })];
  const entities = [{
    schema: 'iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-0-0',
    data: { id: 'sku-1', category: 'shoes', brand: 'acme', price: 39.95, currency: 'EUR' } }];
  events.forEach((event, place) => tracker.track(event, place === 1 ? entities : undefined, time));
  // What failed waits for the next flush.
  while (answered < events.length) {
    tracker.flush();
    await sleep(100);
  }
}

// It names the visitor itself, in a cookie; the test is told by which name.
async function snowplowBrowser({ base, who, at }) {
  openWindow();
  const { newTracker } = require('@snowplow/browser-tracker');
  const commerce = require('@snowplow/browser-plugin-snowplow-ecommerce');
  let answered = 0;
  const tracker = newTracker('sp', base, {
    appId: KEY, plugins: [commerce.SnowplowEcommercePlugin()], contexts: { webPage: true, session: false },
    customFetch: globalThis.fetch, onRequestSuccess: (batch) => { answered += batch.length; } });
  tracker.setUserId(`user-${who}`);
  console.log(`visitor ${tracker.getDomainUserId()}`);
  const timestamp = { type: 'ttm', value: at };
  const product = { id: 'sku-1', name: 'Shoe', category: 'shoes', brand: 'acme', price: 39.95, currency: 'EUR' };
  tracker.trackPageView({ title: 'P', timestamp });
  commerce.trackProductView({ ...product, timestamp });
  commerce.trackAddToCart({ products: [{ ...product, quantity: 2 }], total_value: 79.9, currency: 'EUR', timestamp });
  commerce.trackTransaction({
    transaction_id: `order-${who}`, revenue: 84.9, currency: 'EUR', payment_method: 'card', discount_code: 'SAVE10',
    products: [{ ...product, quantity: 2 }], timestamp });
  // What failed waits for the next flush.
  while (answered < 4) {
    tracker.flushBuffer();
    await sleep(100);
  }
}

async function posthogNode({ base, who, at }) {
  const { PostHog } = await import('posthog-node');
  const client = new PostHog(KEY, { host: base, flushAt: 100, flushInterval: 3_600_000,
                                    fetchRetryCount: 10, fetchRetryDelay: 50 });
  client.on('error', (error) => console.log('gave up', String(error)));
  const timestamp = new Date(at);
  const story = [['$pageview', { $current_url: PAGE }],
                 ['Product Viewed', { ...PRODUCT, quantity: 1 }], ['Product Added', PRODUCT],
                 ['Order Completed', orderOf(who)]];
  for (const [event, properties] of story) {
    client.capture({ distinctId: who, event, properties, timestamp });
  }
  client.identify({ distinctId: who, properties: { $set: { plan: 'gold' } } });
  await client.flush();
  await client.shutdown(60_000);
}

const matomoId = (who) => ({ _id: who, uid: `user-${who}`, url: PAGE });
const ecItems = (quantity) => JSON.stringify([['sku-1', 'Shoe', 'shoes', 39.95, quantity]]);

async function matomo({ base, who, at }) {
  const Matomo = require('matomo-tracker');
  const client = new Matomo(1, `${base}/matomo.php`);
  client.on('error', (error) => console.log('gave up', String(error)));
  const cdt = Math.floor(at / 1000);
  const bulk = (requests) => new Promise((resolve) => {
    client.trackBulk(requests.map((r) => ({ ...matomoId(who), cdt, ...r })), (answer) => {
      if (JSON.parse(answer).tracked !== requests.length) console.log('gave up', answer);
      resolve();
    });
  });
  await bulk([{ action_name: 'P', rand: 1 },
              { _pks: 'sku-1', _pkn: 'Shoe', _pkc: 'shoes', _pkp: 39.95, rand: 2 },
              { idgoal: 0, revenue: 39.95, ec_items: ecItems(1), rand: 3 },
              { idgoal: 0, revenue: 79.9, ec_items: ecItems(2), rand: 4 },
              { idgoal: 0, revenue: 79.9, ec_items: ecItems(2), rand: 5 },
              { idgoal: 0, revenue: 39.95, ec_items: ecItems(1), rand: 6 }]);
  // track() has no callback: its answer is seen by the transport that carries it.
  const http = require('node:http');
  const answered = new Promise((resolve) => {
    client.agent = { get: (url, seen) => http.get(url, (answer) => {
      seen(answer);
      answer.resume().on('end', resolve);
    }) };
  });
  client.track({ ...matomoId(who), cdt, idgoal: 0, ec_id: `order-${who}`, revenue: 84.9,
                 ec_items: ecItems(2), rand: 7 });
  await answered;
}

async function minimalGa4({ base, who }) {
  const window = openWindow();
  window.localStorage.setItem('clientId', who);
  window.minimalAnalytics = { trackingId: KEY, analyticsEndpoint: `${base}/g/collect` };
  const sent = [];
  window.navigator.sendBeacon = (url, body) => {
    sent.push(fetch(url, { method: 'POST', body: body ?? '' }));
    return true;
  };
  const { track } = require('@minimal-analytics/ga4');
  const product = ['pr1', 'idsku-1~nmShoe~bracme~cashoes~pr39.95~qt2'];
  track();
  track(KEY, { type: 'view_item', event: [['pr1', 'idsku-1~bracme~cashoes~pr39.95']] });
  track(KEY, { type: 'add_to_cart', event: [product] });
  track(KEY, { type: 'purchase', event: [product, ['ep.transaction_id', `order-${who}`],
                                         ['epn.value', '84.90'], ['cu', 'EUR'],
                                         ['ep.coupon', 'SAVE10']] });
  for (const answer of await Promise.all(sent)) {
    if (answer.status !== 204) console.log('gave up', answer.status);
  }
}

async function metaBusiness({ base, who, at }) {
  const sdk = require('facebook-nodejs-business-sdk');
  Object.defineProperty(sdk.FacebookAdsApi, 'GRAPH', { get: () => base });
  sdk.FacebookAdsApi.init('token');
  const user = new sdk.UserData().setFbp(who).setExternalId(`user-${who}`);
  const contents = () => [new sdk.Content().setId('sku-1').setQuantity(2).setItemPrice(39.95)
    .setCategory('shoes').setBrand('acme')];
  const event = (name, custom) => new sdk.ServerEvent().setEventName(name).setUserData(user)
    .setEventTime(Math.floor(at / 1000)).setEventId(`${who}-${name}`).setEventSourceUrl(PAGE)
    .setActionSource('website').setCustomData(custom);
  const data = () => new sdk.CustomData().setCurrency('EUR').setContents(contents());
  const events = [event('PageView', new sdk.CustomData()), event('ViewContent', data()),
                  event('AddToCart', data()),
                  event('Purchase', data().setValue(84.9).setOrderId(`order-${who}`))];
  const answer = await new sdk.EventRequest('token', KEY).setEvents(events).execute();
  if (answer.events_received !== events.length) console.log('gave up', JSON.stringify(answer));
}

const CLIENTS = {
  'segment-node': segmentNode,
  'segment-browser': segmentBrowser,
  'rudder-node': rudderNode,
  jitsu,
  'snowplow-post': (told) => snowplowNode(told, 'post'),
  'snowplow-get': (told) => snowplowNode(told, 'get'),
  'snowplow-browser': snowplowBrowser,
  'posthog-node': posthogNode,
  matomo,
  'minimal-ga4': minimalGa4,
  'meta-business': metaBusiness,
};

const [name, base, who, at] = process.argv.slice(2);
await CLIENTS[name]({ base, who, at: Number(at) });
process.exit(0);
