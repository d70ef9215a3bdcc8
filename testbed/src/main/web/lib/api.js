// The REST API as the page uses it: the key, requests with errors in words, event streams. Nothing else sends a request.

const KEY = 'onboard-key';
let key = sessionStorage.getItem(KEY) || localStorage.getItem(KEY) || '';
const watchers = new Set();

export const hasKey = () => key !== '';

/** Keeps the key for this tab, or for this browser. */
export function setKey(value, remember) {
  key = value;
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  if (value) (remember ? localStorage : sessionStorage).setItem(KEY, value);
  watchers.forEach((watcher) => watcher());
}

/** Calls back when the key changes. */
export function onKey(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Keeps a key when the testbed takes it; throws what it says otherwise. */
export async function tryKey(value, remember) {
  const response = await fetch('/v3/accounts/me', { headers: { Authorization: `Bearer ${value}` } });
  if (!response.ok) throw new ApiError(response.status, await response.json());
  setKey(value, remember);
}

export class ApiError extends Error {
  constructor(status, document) {
    const fields = (document.fields || []).map((field) => `${field.name || field.field}: ${field.message}`);
    super(fields.length ? fields.join('; ') : document.message || `the testbed answered ${status}`);
    this.status = status;
    this.faulty = document.fields && document.fields.length ? document.fields[0].name || document.fields[0].field : '';
    this.type = document.type || '';
  }
}

/** The last requests that changed something, newest first: each can be copied as curl. */
export const sent = [];
const sentWatchers = new Set();
export function onSent(watcher) {
  sentWatchers.add(watcher);
  return () => sentWatchers.delete(watcher);
}

function note(method, path, body) {
  if (method === 'GET' || path === '/testbed/handover' || path === '/testbed/explain') return;
  sent.unshift({ method, path, body, at: new Date() });
  sent.length = Math.min(sent.length, 50);
  sentWatchers.forEach((watcher) => watcher());
}

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

/** The same request for a shell. The key is not in it. */
export function curl(method, path, body) {
  const parts = ['curl'];
  if (method !== 'GET') parts.push('-X', method);
  parts.push('-H', '"Authorization: Bearer $(cat $DIR/api-key)"');
  if (body !== undefined) parts.push('-H', "'Content-Type: application/json'", '-d', quoted(JSON.stringify(body)));
  parts.push(quoted(location.origin + path));
  return parts.join(' ');
}

async function problem(response) {
  let document = {};
  try {
    document = await response.json();
  } catch {
    document = { message: `the testbed answered ${response.status} ${response.statusText}` };
  }
  if (response.status === 401) setKey('', false);
  return new ApiError(response.status, document);
}

async function request(method, path, body, accept, signal, lastId) {
  const headers = { Accept: accept };
  if (lastId) headers['Last-Event-ID'] = lastId;
  if (key) headers.Authorization = `Bearer ${key}`;
  const options = { method, headers, signal };
  if (body instanceof FormData) {
    options.body = body;
  } else if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, options);
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new ApiError(0, { message: 'the testbed does not answer; does it still run?' });
  }
}

/** Sends a request; gives the document, or nothing when there is none. */
export async function call(method, path, body) {
  note(method, path, body instanceof FormData ? undefined : body);
  const response = await request(method, path, body, 'application/json');
  if (!response.ok) throw await problem(response);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const get = (path) => call('GET', path);

/** A text document, for downloads. */
export async function text(path) {
  const response = await request('GET', path, undefined, '*/*');
  if (!response.ok) throw await problem(response);
  return response.text();
}

/** Every entry of a list, page after page. */
export async function all(path, most = 1000) {
  const entries = [];
  let after = '';
  for (;;) {
    const glue = path.includes('?') ? '&' : '?';
    const page = await get(`${path}${glue}limit=${Math.min(1000, most)}${after ? `&after=${after}` : ''}`);
    entries.push(...page.data);
    if (!page.has_more || entries.length >= most || page.data.length === 0) return entries;
    after = page.data[page.data.length - 1].id;
  }
}

/** Whether streams are open: 'live', or 'waiting' while one tries again. */
const streams = new Map();
const liveWatchers = new Set();
export const liveState = () => [...streams.values()].includes('waiting') ? 'waiting' : streams.size ? 'live' : 'idle';
export function onLive(watcher) {
  liveWatchers.add(watcher);
  return () => liveWatchers.delete(watcher);
}
function setStream(id, state) {
  if (state) streams.set(id, state);
  else streams.delete(id);
  liveWatchers.forEach((watcher) => watcher());
}

/**
 * Follows server-sent events; opens the stream again when it ends, from where it was. EventSource cannot send the key in a
 * header, so the lines are read here.
 */
export function stream(path, onEvent, onFailure) {
  const id = Symbol(path);
  let closed = false;
  let controller = null;
  let lastId = '';
  let pause = 500;

  async function follow() {
    while (!closed) {
      controller = new AbortController();
      try {
        const response = await request('GET', path, undefined, 'text/event-stream', controller.signal, lastId);
        if (!response.ok) {
          const failure = await problem(response);
          if (onFailure) onFailure(failure);
          if (response.status >= 400 && response.status < 500) return;
          throw failure;
        }
        setStream(id, 'live');
        pause = 500;
        await read(response.body.getReader());
      } catch (failure) {
        if (closed || failure.name === 'AbortError') return;
      }
      if (closed) return;
      setStream(id, 'waiting');
      await new Promise((resume) => setTimeout(resume, pause));
      pause = Math.min(pause * 2, 8000);
    }
  }

  async function read(reader) {
    const decoder = new TextDecoder();
    let rest = '';
    let name = 'message';
    let data = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop();
      for (const raw of lines) {
        const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
        if (line === '') {
          if (data && !closed) onEvent(name, JSON.parse(data));
          name = 'message';
          data = '';
        } else if (line.startsWith('event:')) {
          name = line.slice(6).trim();
        } else if (line.startsWith('data:')) {
          data += line.slice(5).trim();
        } else if (line.startsWith('id:')) {
          lastId = line.slice(3).trim();
        }
      }
    }
  }

  follow().finally(() => setStream(id, null));
  return () => {
    closed = true;
    if (controller) controller.abort();
  };
}

/** A value in a path. */
export const enc = encodeURIComponent;
