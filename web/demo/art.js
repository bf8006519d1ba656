// A picture for every product: what its category says it is, on a colour of its own.
const shapes = {
  mug: 'M6 7h9v9a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3zM15 9h2a2.5 2.5 0 0 1 0 5h-2M9 2.5c-1 1 1 1.6 0 2.6M12 2.5c-1 1 1 1.6 0 2.6',
  bag: 'M5 8h14l1 12H4zM9 8V6a3 3 0 0 1 6 0v2',
  candle: 'M9 11h6v10H9zM12 11V9M12 3c1.8 2 1.8 3.2 1.3 4.2a1.5 1.5 0 0 1-2.6 0C10.200 6.200 10.200 5 12 3z',
  card: 'M3 6h18v12H3zM3 7l9 7 9-7',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 7.500V12l3 2',
  box: 'M3.500 8 12 4l8.500 4v8L12 20l-8.500-4zM3.500 8 12 12l8.500-4M12 12v8',
  bowl: 'M3 11h18a9 9 0 0 1-6 8H9a9 9 0 0 1-6-8zM8 4c-1 1.300 1 2.200 0 3.500M12 4c-1 1.300 1 2.200 0 3.500M16 4c-1 1.300 1 2.200 0 3.500',
  bottle: 'M10 3h4v4l2 3v9a2 2 0 0 1-2 2h-4a2 2 0 0 1-2-2v-9l2-3zM8 13h8',
  jewel: 'M4 4c0 7 3 11 8 11s8-4 8-11M12 15v2M12 17l2 2-2 2.500L10 19z',
  ring: 'M12 9a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM9.500 9 8 5.500 10 3h4l2 2.500L14.500 9M8 5.500h8',
  frame: 'M4 4h16v16H4zM7 7h10v10H7zM7 15l3-3 2.500 2.500L14 13l3 3',
  sign: 'M4 7h13l3 3-3 3H4zM11 3v4M11 13v8',
  light: 'M12 3a6 6 0 0 1 3.500 11c-.7.600-1 1.200-1 2h-5c0-.8-.3-1.400-1-2A6 6 0 0 1 12 3zM10 19h4M11 21.500h2',
  paper: 'M5 5h11a3 3 0 1 1 0 6H8a3 3 0 1 0 0 6h11M8 5v6M16 11v6',
  plate: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
  book: 'M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12M9 8h6',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  bell: 'M12 3v2M6 17c1.500-1.500 1-7 2.500-9.500a4 4 0 0 1 7 0C17 10 16.500 15.500 18 17zM10.500 19.500a1.600 1.600 0 0 0 3 0',
  umbrella: 'M3 12a9 9 0 0 1 18 0zM12 12v7a2 2 0 0 0 4 0M12 3v0',
  heart: 'M12 20C5 15 3 11.500 3 8.500A4.500 4.500 0 0 1 12 7a4.500 4.500 0 0 1 9 1.500c0 3-2 6.500-9 11.500z',
  gift: 'M4 9h16v4H4zM5.500 13h13v8h-13zM12 9v12M12 9C9 9 7 7.500 7.500 5.500S11 4 12 9c1-5 4-5.500 4.500-3.500S15 9 12 9z',
};
const alike = {
  cup: 'mug', purse: 'bag', basket: 'bag', case: 'box', tin: 'box', cabinet: 'box', kit: 'box', 't-light': 'candle', holder: 'candle',
  lantern: 'light', necklace: 'jewel', bracelet: 'jewel', earring: 'jewel', charm: 'jewel', dish: 'bowl', pot: 'bowl', jar: 'bottle', glass: 'bottle',
  mirror: 'frame', wrap: 'paper', ribbon: 'paper', tape: 'paper', tissue: 'paper', sticker: 'paper', garland: 'paper', bunting: 'paper', tray: 'plate',
  doily: 'plate', cutlery: 'plate', notebook: 'book', pen: 'pencil', parasol: 'umbrella', decoration: 'heart', magnet: 'heart', doormat: 'frame',
};
const colours = ['#f4dccb', '#dfe7d3', '#d9e4ec', '#f1dbe2', '#efe4c4', '#e3dced', '#d6e9e4', '#f3d7c5'];

export function colourOf(product) {
  let sum = 0;
  for (const letter of product) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return colours[sum % colours.length];
}

export const drawing = (category) =>
  `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${shapes[category] ?? shapes[alike[category]] ?? shapes.gift}"/></svg>`;

export const picture = ({ product, category }) =>
  `<span class="picture" style="background:${colourOf(product)}">${drawing(category)}</span>`;
