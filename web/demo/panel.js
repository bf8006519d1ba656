// The side panel: this visitor's profile, audiences and offers as the server knows them now. The
// profile is asked for again whenever an event is acknowledged or an audience changes.
import { picture } from './art.js';
import { escaped, money, products } from './catalog.js';

const rekindle = window.rekindle;
const at = (id) => document.getElementById(id);
const spaced = (name) => name.replaceAll('_', ' ');
const kLogKept = 'shop.log';
const kLogMax = 40;
const kAudiencesKept = 'shop.in';
const fresh = new Set(); // audiences entered on this page

function log(kind, words) {
  const entries = JSON.parse(sessionStorage.getItem(kLogKept) ?? '[]');
  entries.unshift({ kind, words, time: new Date().toLocaleTimeString('en-GB') });
  sessionStorage.setItem(kLogKept, JSON.stringify(entries.slice(0, kLogMax)));
  showLog();
}

function showLog() {
  const entries = JSON.parse(sessionStorage.getItem(kLogKept) ?? '[]');
  at('log').innerHTML = entries.map(({ kind, words, time }) =>
    `<li><time>${time}</time><span class="${kind}">${escaped(words)}</span></li>`).join('') || '<li class="none">Nothing yet.</li>';
}

function showProfile(known) {
  const rows = known && [
    ['visitor', known.visitor],
    ['events', known.lifetime.events],
    ['this visit', known.session ? `${known.session.events} events` : '–'],
    ['cart', `${known.cart.items} items, ${money(known.cart.value)}`],
    ['orders', `${known.lifetime.orders}, ${money(known.lifetime.revenue)}`],
  ];
  at('profile').innerHTML = rows
    ? rows.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('')
    : '<dt class="none">Unknown to the shop.</dt>';
  at('brief').textContent = known ? `${known.lifetime.events} events` : '';
}

function showAudiences(names) {
  at('audiences').innerHTML = names.map((name) =>
    `<li class="${fresh.has(name) ? 'new' : ''}">${escaped(spaced(name))}</li>`).join('') || '<li class="none">None yet.</li>';
}

function showOffers(offers, decision) {
  at('offers').innerHTML = offers.slice(0, 3).map((offer) => {
    const known = products.get(offer.product) ?? { product: offer.product, title: offer.title ?? offer.product, category: offer.category };
    return `<li>${picture(known)}<span>${escaped(known.title)}<small>${escaped(offer.reasons[0] ?? '')}</small></span><b>${offer.price ? money(offer.price) : ''}</b></li>`;
  }).join('') || `<li class="none">${escaped(decision?.nothing_because ?? 'Nothing to show.')}</li>`;
}

let asking = false;
let again = false;
async function refresh() {
  if (asking) return void (again = true);
  asking = true;
  const visitor = rekindle.visitor();
  const answer = visitor && (await fetch(`/v1/visitors/${encodeURIComponent(visitor)}`).catch(() => null));
  showProfile(answer?.ok ? await answer.json() : undefined);
  asking = false;
  if (again) {
    again = false;
    refresh();
  }
}

// The script's own track(), and a line in the log when the server has it.
function watchEvents() {
  const { track } = rekindle;
  rekindle.track = async (type, given) => {
    const done = await track(type, given);
    if (done) log('', spaced(type));
    refresh();
    return done;
  };
}

// Between two pages visitors move too: what is known is compared with what the page before knew.
function logMoves(audiences) {
  const before = JSON.parse(sessionStorage.getItem(kAudiencesKept) ?? '[]');
  for (const name of audiences.filter((one) => !before.includes(one))) {
    fresh.add(name);
    log('in', `entered ${spaced(name)}`);
  }
  before.filter((one) => !audiences.includes(one)).forEach((name) => log('out', `left ${spaced(name)}`));
  sessionStorage.setItem(kAudiencesKept, JSON.stringify(audiences));
}

export function showPanel() {
  watchEvents();
  showLog();
  showProfile();
  showAudiences([]);
  showOffers([]);
  rekindle.decide('home', (offers, live) => {
    at('panel').classList.add('live');
    logMoves(live.audiences);
    showAudiences(live.audiences);
    showOffers(offers, live.decision);
    refresh();
  }, 4);
  at('toggle').onclick = () => at('toggle').setAttribute('aria-expanded', at('panel').classList.toggle('open'));
  at('anew').onclick = () => {
    rekindle.consent(false);
    sessionStorage.clear();
    localStorage.removeItem('shop.cart');
    rekindle.consent(true);
    setTimeout(() => location.assign('./'), 300);
  };
  const refuse = at('refuse');
  const say = () => { refuse.textContent = rekindle.visitor() ? 'Refuse to be known' : 'Allow the shop to know you'; };
  say();
  refuse.onclick = () => {
    rekindle.consent(!rekindle.visitor());
    say();
    if (!rekindle.visitor()) at('panel').classList.remove('live');
    refresh();
  };
}
