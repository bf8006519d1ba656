// The demo shop. Every page is one address, and a real navigation, as in most shops; what the page
// shows tells the script by itself (data-rk-…), or here by rekindle.track().
import { colourOf, drawing, picture } from './art.js';
import * as cart from './cart.js';
import { categories, escaped, money, products } from './catalog.js';
import { showPanel } from './panel.js';

const rekindle = window.rekindle;
const query = new URLSearchParams(location.search);
const main = document.getElementById('main');
const kPerPage = 24;

const item = ({ product, category, price, quantity }) => ({
  item_id: product, item_category: category, price, quantity,
});
const address = (product) => `?product=${encodeURIComponent(product)}`;

function card(p, why = '') {
  return `<article class="card" data-rk-product="${escaped(p.product)}" data-rk-category="${escaped(p.category)}" data-rk-price="${p.price}">
    <a href="${address(p.product)}">${picture(p)}</a>
    <div class="text"><h3><a href="${address(p.product)}">${escaped(p.title)}</a></h3>${why && `<p class="why">${escaped(why)}</p>`}</div>
    <div class="buy"><span class="price">${money(p.price)}</span>
    <button class="add" data-rk-event="add_to_cart" data-add="${escaped(p.product)}">Add</button></div>
  </article>`;
}

const row = (title, cards, more = '', id = '') =>
  `<section class="row" ${id && `id="${id}"`}><header><h2>${escaped(title)}</h2><small>${escaped(more)}</small></header><div class="grid">${cards}</div></section>`;

// Offers of a placement in a row that follows them; what was shown is told once.
function followOffers(placement, title, n) {
  const place = document.createElement('div');
  main.append(place);
  const told = new Set();
  rekindle.decide(placement, (offers) => {
    const known = offers.filter(({ product }) => products.has(product));
    place.innerHTML = known.length
      ? row(title, known.map((o) => card(products.get(o.product), o.reasons[0])).join(''), 'live', `offers-${placement}`) : '';
    const fresh = known.filter(({ product }) => !told.has(product));
    fresh.forEach(({ product }) => told.add(product));
    if (fresh.length) rekindle.track('offer_shown', { items: fresh.map((o) => item(products.get(o.product))), placement });
  }, n);
}

function showHome() {
  const all = [...products.values()];
  const day = new Date().getDate();
  const some = categories.slice(0, 6).map((category, i) => {
    const of = all.filter((p) => p.category === category);
    return of.slice((day * 7 + i) % of.length).concat(of).slice(0, 2);
  }).flat();
  main.innerHTML = `<section class="hero"><div><h1>Small things that make a house a home</h1>
    <p>Nearly four thousand gifts. Look around: the shop learns what you like while you browse.</p>
    <a class="button" href="?category=${categories[0]}">Start browsing</a></div>
    <div class="art">${['mug', 'candle', 'gift', 'clock', 'bag', 'heart'].map((c) =>
      `<span class="picture" style="background:${colourOf(c)};border-radius:16px">${drawing(c)}</span>`).join('')}</div></section>`;
  followOffers('home', 'Picked for you', 4);
  main.insertAdjacentHTML('beforeend', row('From the shelves', some.map((p) => card(p)).join('')));
}

function showList(title, found) {
  const listed = found.slice(0, kPerPage);
  main.innerHTML = listed.length
    ? row(title, listed.map((p) => card(p)).join(''), `${found.length} products`)
    : `<p class="empty">Nothing was found for “${escaped(title)}”.</p>`;
  rekindle.track('view_item_list', { items: listed.map(item) });
  followOffers('home', 'Picked for you', 4);
}

function showProduct(p) {
  document.title = `${p.title} · Rekindle Gifts`;
  main.innerHTML = `<p class="crumbs"><a href="./">Home</a> / <a href="?category=${escaped(p.category)}">${escaped(p.category)}</a></p>
    <article class="product" data-rk-product="${escaped(p.product)}" data-rk-category="${escaped(p.category)}" data-rk-price="${p.price}">
    ${picture(p)}<div><span class="crumbs">No. ${escaped(p.product)}</span><h1>${escaped(p.title)}</h1>
    <p>A gift from the shelves of a real shop. Ready to send, in the colour of your choice as long as it is this one.</p>
    <p class="price">${money(p.price)}</p>
    <button class="button" data-rk-event="add_to_cart" data-add="${escaped(p.product)}">Add to cart</button>
    <button class="button plain" data-rk-event="add_to_wishlist">Remember</button></div></article>`;
  rekindle.track('view_item', { items: [item(p)] });
  followOffers('product', 'Goes well with it', 4);
}

function showCart() {
  const lines = cart.lines();
  main.innerHTML = lines.length
    ? `<h1>Your cart</h1><ul class="lines">${lines.map((l) => `<li>${picture(l)}<span>${escaped(l.title)}${l.quantity > 1 ? ` × ${l.quantity}` : ''}</span>
       <span class="price">${money(l.price * l.quantity)}</span><button data-remove="${escaped(l.product)}">Remove</button></li>`).join('')}</ul>
       <p class="total"><span>Total <b class="price">${money(cart.total())}</b></span><button class="button" id="buy">Buy now</button></p>`
    : '<h1>Your cart</h1><p class="empty">Nothing in it yet.</p>';
  rekindle.track('view_cart', { items: lines.map(item) });
  followOffers('cart', 'Often bought together', 4);
}

function showThanks(order) {
  main.innerHTML = `<h1>Thank you</h1><p class="empty">Order ${escaped(order)} is on its way, as far as a demonstration can send one.</p>
    <a class="button" href="./">Back to the shop</a>`;
}

// Sold first, told on the way to the next page: what is under way survives the navigation.
function buy() {
  const order = `D${Date.now()}`;
  const given = { transaction_id: order, value: cart.total(), currency: 'GBP', items: cart.lines().map(item) };
  rekindle.track('begin_checkout', { items: given.items });
  rekindle.track('purchase', given);
  cart.empty();
  location.href = `?thanks=${order}`;
}

document.addEventListener('click', ({ target }) => {
  const { add, remove } = target.closest('[data-add],[data-remove]')?.dataset ?? {};
  if (add) cart.add(add);
  if (remove) {
    const line = cart.lines().find(({ product }) => product === remove);
    rekindle.track('remove_from_cart', { items: [item(line)] });
    cart.remove(remove);
    showCart();
  }
  if (target.id === 'buy') buy();
  const offered = target.closest('[id^=offers-] a')?.closest('[data-rk-product]');
  if (offered) rekindle.track('offer_clicked', { items: [item(products.get(offered.dataset.rkProduct))] });
});

document.getElementById('categories').innerHTML = categories.slice(0, 24).map((c) =>
  `<a href="?category=${c}" ${query.get('category') === c ? 'aria-current="page"' : ''}>${c}</a>`).join('');
cart.showPieces();
showPanel();

const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
const all = [...products.values()];
if (query.has('product') && products.has(query.get('product'))) showProduct(products.get(query.get('product')));
else if (query.has('cart')) showCart();
else if (query.has('thanks')) showThanks(query.get('thanks'));
else if (query.has('category')) showList(query.get('category'), all.filter((p) => p.category === query.get('category')));
else if (words.length) showList(query.get('q'), all.filter((p) => words.every((word) => p.title.toLowerCase().includes(word))));
else showHome();
document.body.dataset.ready = 'true';
