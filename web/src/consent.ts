// Whether anything may be stored or sent at all. Until it may, nothing is: no id, no queue, no mark.
//
// data-rk-consent="ask": silence is a refusal, the shop's banner says yes on every page.
// Without it: yes, until a refusal, of which one mark stays that names nobody.
// Global Privacy Control and Do Not Track are refusals that only an explicit yes overrides.
import { drop, get, names, put } from './storage';
import { setting } from './settings';

export type Purposes = Record<string, boolean>;

const kRefused = 'refused';
const refusedUnsaid =
  setting('consent') === 'ask' ||
  (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true ||
  navigator.doNotTrack === '1';
let answer: boolean | undefined;

export const allowed = (): boolean => answer ?? !(refusedUnsaid || get(kRefused));

export const purposesOf = (said: boolean | Purposes): Purposes =>
  typeof said === 'object' ? said : { analytics: said, ads: said, personalization: said };

// What was said is remembered for this page; `said` without "analytics" says nothing of collecting.
export function decideOn(purposes: Purposes): void {
  answer = purposes.analytics ?? allowed();
  if (answer) drop(kRefused);
}

export function forget(): void {
  names('').forEach(drop);
  if (!refusedUnsaid) put(kRefused, '1');
}
