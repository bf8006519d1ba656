// Decisions and audiences as they change, over one WebSocket, opened when they are first asked for.
// While it is open, events leave by it too. Closed when the page is hidden for good, so that
// browsers may keep the page for "back".
import { allowed } from './consent';
import { type Outcome, sendBy, visitor } from './queue';
import { address, site } from './settings';

export interface Offer {
  product: string;
  title?: string;
  category?: string;
  price?: string;
  currency?: string;
  reasons: string[];
  [more: string]: unknown;
}
export interface Live {
  placement: string;
  audiences: string[];
  entered: string[]; // since the last time
  left: string[];
  decision: { offers: Offer[]; nothing_because?: string; [more: string]: unknown };
}
type OnOffers = (offers: Offer[], live: Live) => void;
interface Frame {
  ack?: number;
  error?: { code: string };
  decisions?: Live[];
}

const wishes = new Map<string, { n: number; callbacks: Set<OnOffers>; last?: Live }>();
const followers = new Set<(live: Live) => void>();
let known: string[] = []; // the audiences, as last told
let socket: WebSocket | undefined;
let answers: ((frame: Frame) => void)[] = []; // owed, in the order of our frames
let failures = 0;

const isOpen = () => socket?.readyState === 1;

function say(frame: string, answer: (frame: Frame) => void = () => {}): void {
  answers.push(answer);
  socket!.send(frame);
}

function sendEvents(body: string, tell: (outcome: Outcome) => void): void {
  // An error in a frame of ours means the store is failing: the events are kept.
  say(body, ({ error }) => tell({ done: !error }));
}

function subscribe(): void {
  const decisions = Array.from(wishes, ([placement, { n }]) => ({ visitor: visitor(), site, placement, n }));
  say(JSON.stringify({ subscribe: { decisions } }));
}

function take(live: Live): void {
  const { audiences = known } = live; // absent when the key may not know them
  const told = { ...live, audiences, entered: minus(audiences, known), left: minus(known, audiences) };
  known = audiences;
  const wish = wishes.get(live.placement);
  if (wish) {
    wish.last = told;
    wish.callbacks.forEach((callback) => callback(live.decision.offers, told));
  }
  if (told.entered.length || told.left.length) followers.forEach((callback) => callback(told));
}

const minus = (all: string[], some: string[]) => all.filter((name) => !some.includes(name));

export function open(): void {
  if (socket || !wishes.size || !allowed()) return;
  const opened = (socket = new WebSocket(address('/v1/ws').replace(/^http/, 'ws')));
  answers = [];
  opened.onopen = () => {
    failures = 0;
    subscribe();
    sendBy(sendEvents);
  };
  opened.onmessage = ({ data }) => {
    const frame: Frame = JSON.parse(data);
    if (frame.ack) answers.shift()?.(frame);
    frame.decisions?.forEach(take);
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    close();
    setTimeout(open, 1000 * Math.min(60, 2 ** failures++ / 2));
  };
}

export function close(): void {
  const old = socket;
  socket = undefined;
  sendBy();
  old?.close();
}

// The offers of a placement, now and whenever they change. Gives a function that ends it.
export function decide(placement: string, callback: OnOffers, n = 3): () => void {
  const wish = wishes.get(placement) ?? { n, callbacks: new Set() };
  wish.callbacks.add(callback);
  if (wish.last) callback(wish.last.decision.offers, wish.last);
  if (!wishes.has(placement)) {
    wishes.set(placement, wish);
    changed();
  }
  return () => {
    wish.callbacks.delete(callback);
    if (!wish.callbacks.size && wishes.delete(placement)) changed();
  };
}

function changed(): void {
  if (!wishes.size) close();
  else if (isOpen()) subscribe();
  else open();
}

// Whenever this visitor enters or leaves audiences; the first time, all they are in have entered.
export function audiences(callback: (live: Live) => void): void {
  followers.add(callback);
  if (!wishes.size) decide('default', () => {});
}
