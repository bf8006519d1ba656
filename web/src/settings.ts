// What the page says about this script, in data attributes of its own tag. The server is the one the
// script came from, whatever its name there, unless data-rk-host names another: scheme, host and port.
const tag = document.currentScript as HTMLScriptElement | null;

export const setting = (name: string): string => tag?.getAttribute('data-rk-' + name) ?? '';

const host = setting('host') || new URL(tag?.src || location.href).origin;
export const site = setting('site') || undefined;

// The public write key travels in the address: a header would cost every request a preflight, and
// neither a beacon nor a WebSocket can carry one.
export const address = (path: string): string =>
  host + path + (setting('key') && '?k=' + encodeURIComponent(setting('key')));
