// The events not yet acknowledged, each under a name of its own in storage, so that tabs do not
// overwrite each other's. An event's id is made once: whoever sends it again sends a duplicate,
// which the server knows.
//
// One batch is on its way at a time, so events arrive in order. Where a page ends, what is not on
// its way leaves by beacon; it stays in storage, and the next page sends it again unless it was
// acknowledged meanwhile.
import { allowed } from './consent';
import type { Fields } from './commerce';
import { drop, get, names, put } from './storage';
import { address } from './settings';

const kEventsMax = 200; // kept; over it the oldest is lost, and the next event's `lost` counts it
const kBatchMax = 50;
const kBatchLengthMax = 15_000; // but a larger event alone
const kKeptAliveMax = 60_000; // bytes; browsers let a page have 64 KiB on its way when it ends
const kQueue = 'q:';

export interface Outcome {
  done: boolean; // acknowledged, or refused for good
  wait?: number; // else: seconds to wait, if the server said
}
export type Send = (body: string, tell: (outcome: Outcome) => void) => void;

let under: string[] = []; // names of the batch on its way
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let newest = 0;
let lost = 0;
let direct: Send | undefined; // an open WebSocket
const settled = new Map<string, (done: boolean) => void>();

const random = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(3)), (word) => word.toString(36)).join('');

// Ids sort by time, also within a millisecond of one page: they begin with microseconds that only
// grow, of which the lowest three digits count.
export const newEventId = (): string =>
  (newest = Math.max(newest + 1, Date.now() * 1000)).toString(36) + random();

export function visitor(): string {
  let id = get('id');
  if (!id) put('id', (id = random()));
  return id;
}

// True once the event is acknowledged.
export function keep(event: Fields): Promise<boolean> {
  if (lost) event.props = { ...(event.props as Fields), lost };
  lost = 0;
  const name = kQueue + event.event_id;
  put(name, JSON.stringify(event));
  for (const oldest of names(kQueue).slice(0, -kEventsMax)) {
    drop(oldest);
    ++lost;
  }
  schedule(10); // what one click causes leaves together
  return new Promise((resolve) => settled.set(name, resolve));
}

// The oldest of the queue that may leave together, and their body.
function batch(without: string[]): [string[], string] {
  const taken: string[] = [];
  let body = '';
  for (const name of names(kQueue)) {
    const event = get(name);
    if (!event || without.includes(name)) continue;
    if (taken.length === kBatchMax || (body && body.length + event.length > kBatchLengthMax)) break;
    taken.push(name);
    body += `${body && ','}${event.slice(0, -1)},"sent_at":${Date.now()}}`;
  }
  return [taken, `[${body}]`];
}

export function sendBatch(body: string, tell: (outcome: Outcome) => void): void {
  fetch(address('/v1/events'), {
    method: 'POST',
    body, // a string: text/plain, so no preflight
    keepalive: new Blob([body]).size < kKeptAliveMax,
    credentials: 'omit',
  }).then(
    ({ status, headers }) =>
      tell({
        done: status < 300 || status === 400, // which would be answered for ever
        wait: Number(headers.get('Retry-After')),
      }),
    () => tell({ done: false }),
  );
}

export function flush(): void {
  clearTimeout(timer);
  if (under.length || !allowed()) return;
  const [taken, body] = batch([]);
  if (!taken.length) return;
  under = taken;
  (direct ?? sendBatch)(body, ({ done, wait }) => {
    if (under !== taken) return; // told already: the connection broke
    under = [];
    failures = done ? 0 : failures + 1;
    if (!done) return schedule(1000 * (wait || Math.min(60, 2 ** failures / 2)));
    for (const name of taken) {
      drop(name);
      settled.get(name)?.(true);
      settled.delete(name);
    }
    flush();
  });
}

export function schedule(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(flush, ms);
}

// The page may end now. What is on its way by fetch arrives without us; a socket's frame may not.
export function leave(): void {
  if (!allowed()) return;
  const [taken, body] = batch(direct ? [] : under);
  if (taken.length) navigator.sendBeacon(address('/v1/events'), body);
}

// Events take this way from now on; undefined: requests again, and what was under way once more.
export function sendBy(way?: Send): void {
  if (!way) under = [];
  direct = way;
  schedule(0);
}

// Nothing more is sent; `last`, if given, is tried once.
export function stop(last?: Fields): void {
  clearTimeout(timer);
  under = [];
  settled.clear();
  if (last) navigator.sendBeacon(address('/v1/events'), JSON.stringify(last));
}
