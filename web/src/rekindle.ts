// rekindle.js: tells a Rekindle server what this visitor does, and the page what to show them.
// The interface is what `rekindle` offers below; docs/browser.md describes it.
import { watchPage } from './attributes';
import { campaign, type Fields, makeEvent } from './commerce';
import { allowed, decideOn, forget, type Purposes, purposesOf } from './consent';
import { audiences, close, decide, open } from './live';
import * as queue from './queue';
import { get, put } from './storage';
import { setting } from './settings';

const kConsent = 'consent'; // as it was told last, so that banners may say it on every page

const event = (type: string, given: Fields): Fields =>
  makeEvent(type, given, queue.newEventId(), queue.visitor());

// True once the server has it durably; false when it is not allowed.
const track = async (type: string, given: Fields = {}): Promise<boolean> =>
  allowed() && queue.keep(event(type, given));

let shown: string | undefined; // the page view already told
const here = () => location.href.split('#')[0];

function page(given: Fields = {}): Promise<boolean> {
  shown = here();
  return track('page_view', { campaign: campaign(), title: document.title, ...given });
}

function begin(): void {
  if (!allowed()) return;
  if (setting('auto') !== 'off' && !shown) page();
  open();
  queue.flush();
}

// A boolean speaks for analytics, ads and personalization. Refusing analytics erases what is kept
// here, and tells the server of it if it had a yes before.
function consent(said: boolean | Purposes): void {
  const purposes = purposesOf(said);
  const knew = allowed() && get('id');
  decideOn(purposes);
  if (allowed()) {
    const text = JSON.stringify(purposes);
    if (get(kConsent) !== text) track('consent', { consent: purposes });
    put(kConsent, text);
    return begin();
  }
  const last = knew ? event('consent', { consent: purposes }) : undefined;
  close();
  queue.stop(last);
  forget();
}

const rekindle = {
  track,
  page,
  identify: (user: string, traits: Fields = {}) => track('identify', { user, props: traits }),
  consent,
  decide,
  audiences,
  visitor: () => (allowed() ? queue.visitor() : undefined),
  // ['track', 'add_to_cart', {…}]: how pages call before the script is there.
  push: (...calls: [string, ...unknown[]][]): void =>
    calls.forEach(([name, ...given]) => (rekindle as unknown as Calls)[name]?.(...given)),
};
type Calls = Record<string, (...given: unknown[]) => unknown>;

function start(): void {
  begin();
  watchPage((type, given) => rekindle.track(type, given)); // as the page may have wrapped it
}

function moved(): void {
  if (shown && here() !== shown) page();
}

const waiting = (window as { rekindle?: unknown }).rekindle;
(window as { rekindle?: unknown }).rekindle = rekindle;
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
if (Array.isArray(waiting)) rekindle.push(...(waiting as []));

const { pushState } = history;
history.pushState = function (...given) {
  pushState.apply(this, given);
  moved();
};
addEventListener('popstate', moved);
addEventListener('online', queue.flush);
addEventListener('pagehide', () => {
  queue.leave();
  close();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) queue.leave();
  else queue.flush();
});
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  shown = undefined;
  begin();
});
