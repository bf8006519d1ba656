// Events from what pages know: our field names, or those of GA4's recommended events. What is no
// field of an event becomes one of its props.
import { site } from './settings';

export type Fields = Record<string, unknown>;

const fields = 'user value currency order coupon query channel campaign consent url referrer items'.split(' ');
const renamed: Record<string, string> = {
  transaction_id: 'order',
  search_term: 'query',
  item_id: 'product',
  item_category: 'category',
  item_brand: 'brand',
};
export const itemFields = ['product', 'category', 'brand', 'price', 'quantity'];

function sort(from: Fields, known: string[], rest: Fields): Fields {
  const to: Fields = {};
  for (const name in from) {
    const field = renamed[name] ?? name;
    if (known.includes(field)) to[field] = from[name];
    else if (from[name] !== undefined) rest[name] = from[name];
  }
  return to;
}

export function makeEvent(type: string, given: Fields, id: string, visitor: string): Fields {
  const props = { ...(given.props as Fields) };
  const { props: _, ...others } = given;
  const event = sort(others, fields, props);
  if (event.items) event.items = (event.items as Fields[]).map((item) => sort(item, itemFields, {}));
  return {
    event_id: id,
    type,
    at: Date.now(),
    visitor,
    site,
    url: location.href,
    referrer: document.referrer || undefined,
    ...event,
    props: Object.keys(props).length ? props : undefined,
  };
}

// Where this visit came from, when its address says so.
export function campaign(): Fields | undefined {
  const query = new URLSearchParams(location.search);
  const said = (name: string) => query.get('utm_' + name) ?? undefined;
  const found = { source: said('source'), medium: said('medium'), name: said('campaign') };
  return found.source || found.medium || found.name ? found : undefined;
}
