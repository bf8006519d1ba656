// The visitor's cart: product → quantity, kept by the browser. A demonstration's shop has no server.
import { products } from './catalog.js';

const read = () => JSON.parse(localStorage.getItem('shop.cart') ?? '{}');
const write = (lines) => {
  localStorage.setItem('shop.cart', JSON.stringify(lines));
  showPieces();
};

export const lines = () =>
  Object.entries(read())
    .filter(([product]) => products.has(product))
    .map(([product, quantity]) => ({ ...products.get(product), quantity }));

// In pence, so that sums are exact.
export const total = () =>
  lines().reduce((sum, { price, quantity }) => sum + Math.round(price * 100) * quantity, 0) / 100;

export function add(product) {
  const all = read();
  all[product] = (all[product] ?? 0) + 1;
  write(all);
}
export function remove(product) {
  const all = read();
  delete all[product];
  write(all);
}
export const empty = () => write({});

export function showPieces() {
  const pieces = lines().reduce((sum, { quantity }) => sum + quantity, 0);
  const badge = document.getElementById('pieces');
  badge.textContent = pieces;
  badge.hidden = pieces === 0;
}
