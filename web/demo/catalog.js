// The shop's products, from the same file the server's decisions know them by.
function fields(line) {
  const found = [];
  for (const [, quoted, plain] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)) {
    found.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return found;
}

const small = new Set('and of in with for the a on to'.split(' '));
const nicely = (title) =>
  title.toLowerCase().replace(/[a-z']+/g, (word, at) =>
    at && small.has(word) ? word : word[0].toUpperCase() + word.slice(1));

const text = await (await fetch('catalog.csv')).text();
export const products = new Map();
for (const line of text.split(/\r?\n/).slice(1)) {
  const [product, title, category, price] = fields(line);
  if (product && title && Number(price) > 0) {
    products.set(product, { product, title: nicely(title), category, price });
  }
}
export const categories = [...Map.groupBy([...products.values()].filter((p) => p.category !== 'other'), (p) => p.category)]
  .sort((a, b) => b[1].length - a[1].length)
  .map(([category]) => category);

export const money = (amount) => `£${Number(amount).toFixed(2)}`;
export const escaped = (words) =>
  String(words).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
