// What outlives the page: localStorage, and memory for what a browser does not let us keep there.
const prefix = 'rk:';
const memory = new Map<string, string>();

function attempt<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined; // refused, or full
  }
}

export function put(name: string, value: string): void {
  name = prefix + name;
  if (!attempt((storage) => (storage.setItem(name, value), true))) memory.set(name, value);
}

export const get = (name: string): string | null | undefined =>
  memory.get((name = prefix + name)) ?? attempt((storage) => storage.getItem(name));

export function drop(name: string): void {
  memory.delete((name = prefix + name));
  attempt((storage) => storage.removeItem(name));
}

// Every name that begins so, in order.
export const names = (begin: string): string[] =>
  [...memory.keys(), ...(attempt(Object.keys) ?? [])]
    .filter((name) => name.startsWith(prefix + begin))
    .map((name) => name.slice(prefix.length))
    .sort();
