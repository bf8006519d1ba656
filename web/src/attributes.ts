// Events without code: elements that say what a click on them, sending them (forms) or seeing the
// page means.
//
//   <article data-rk-product="85123A" data-rk-price="2.95" data-rk-view="view_item">
//     <button data-rk-event="add_to_cart" data-rk-quantity="2">
//
// What an element does not say itself, the nearest one around it says that names a product; what is no field
// of an event becomes one of its props.
import { type Fields, itemFields } from './commerce';

type Track = (type: string, given: Fields) => unknown;

function read(element: HTMLElement): Fields {
  const item: Fields = {};
  const given: Fields = { query: element.querySelector<HTMLInputElement>('input[type=search]')?.value };
  const around = element.closest<HTMLElement>('[data-rk-product]');
  for (const [key, value] of Object.entries({ ...around?.dataset, ...element.dataset })) {
    const name = key.slice(2).toLowerCase(); // rkProduct: product
    if (!/^rk[A-Z]/.test(key) || name === 'event' || name === 'view') continue;
    (itemFields.includes(name) ? item : given)[name] = name === 'quantity' ? Number(value) : value;
  }
  if (item.product) given.items = [item];
  return given;
}

export function watchPage(track: Track): void {
  const tell = (element: HTMLElement | null, attribute: string) =>
    element && track(element.getAttribute(attribute)!, read(element));
  const on = (event: string, wanted: string) =>
    document.addEventListener(
      event,
      ({ target }) => tell((target as HTMLElement).closest?.(wanted), 'data-rk-event'),
      true,
    );
  on('click', '[data-rk-event]:not(form)');
  on('submit', 'form[data-rk-event]');
  document.querySelectorAll<HTMLElement>('[data-rk-view]').forEach((element) => tell(element, 'data-rk-view'));
}
