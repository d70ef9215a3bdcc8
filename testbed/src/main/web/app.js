// The frame: addresses, navigation, key, theme, what is dropped onto the page.
import { html, render, useState, useEffect, useRef } from './vendor/preact-htm.js';
import { hasKey, setKey, tryKey, onKey, call, onLive, liveState, sent, onSent, curl } from './lib/api.js';
import { Icon, Button, Toasts, Dialog, Field, Failure, Copy, tell } from './lib/ui.js';
import { clock } from './lib/words.js';

// pages are read when they are opened first
const PAGES = {
  '': ['Overview', 'overview', () => import('./pages/overview.js')],
  devices: ['Devices', 'devices', () => import('./pages/devices.js')],
  certificates: ['Certificates', 'certificates', () => import('./pages/certificates.js')],
  scenarios: ['Scenarios', 'scenarios', () => import('./pages/scenarios.js')],
  update: ['Update', 'update', () => import('./pages/update.js')],
  explain: ['Explain', 'explain', () => import('./pages/explain.js')],
};

/** #/devices/meter-7?tab=x as its parts. */
function address() {
  const [path, query] = (location.hash.replace(/^#\/?/, '') || '').split('?');
  return { parts: path.split('/').filter((part) => part !== '').map(decodeURIComponent), query: new URLSearchParams(query || '') };
}

function useAddress() {
  const [now, setNow] = useState(address());
  useEffect(() => {
    const moved = () => setNow(address());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return now;
}

// --- theme --------------------------------------------------------------------

const dark = matchMedia('(prefers-color-scheme: dark)');
function applyTheme(choice) {
  document.documentElement.dataset.theme = choice || (dark.matches ? 'dark' : 'light');
}
applyTheme(localStorage.getItem('onboard-theme'));
dark.addEventListener('change', () => applyTheme(localStorage.getItem('onboard-theme')));

function Theme() {
  const [, setTurn] = useState(0);
  const isDark = document.documentElement.dataset.theme === 'dark';
  const toggle = () => {
    const next = isDark ? 'light' : 'dark';
    localStorage.setItem('onboard-theme', next);
    applyTheme(next);
    setTurn((value) => value + 1);
  };
  return html`<button type="button" class="button small ghost icon-only" onClick=${toggle} aria-label=${isDark ? 'Use the light theme' : 'Use the dark theme'}><${Icon} name=${isDark ? 'sun' : 'moon'} /></button>`;
}

// --- key ----------------------------------------------------------------------

function KeyForm({ message }) {
  const [value, setValue] = useState('');
  const [remember, setRemember] = useState(false);
  const [error, setError] = useState(message || null);
  const [busy, setBusy] = useState(false);
  const enter = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await tryKey(value.trim(), remember);
    } catch (failure) {
      setError(failure.message);
      setBusy(false);
    }
  };
  return html`<main class="gate"><form class="card" onSubmit=${enter}>
    <div class="brand big"><img src="/page/icon.svg" alt="" width="36" height="36" /><h1>Onboard</h1></div>
    <p>This testbed asks for its API key. <code>onboard up</code> and <code>onboard demo</code> print a link that brings it along; it also stands in <code>DIR/api-key</code> of the work directory.</p>
    ${error && html`<${Failure} error=${error} />`}
    <${Field} id="key" label="API key"><input id="key" type="password" autocomplete="off" spellcheck="false" required value=${value} onInput=${(event) => setValue(event.target.value)} /><//>
    <label class="check"><input type="checkbox" checked=${remember} onChange=${(event) => setRemember(event.target.checked)} /> Remember it in this browser</label>
    <div class="row end"><button type="submit" class="button primary" disabled=${busy}>Enter</button></div></form></main>`;
}

/** Exchanges the code behind the # of a one-time link; it is taken out of the address at once. */
async function handover() {
  const code = /^#code=([0-9a-f]+)$/.exec(location.hash);
  if (!code) return '';
  history.replaceState(null, '', `${location.pathname}#/`);
  try {
    const answer = await call('POST', '/testbed/handover', { code: code[1] });
    setKey(answer.key, false);
    return '';
  } catch (failure) {
    return hasKey() ? '' : failure.message;
  }
}

// --- frame --------------------------------------------------------------------

function Live() {
  const [state, setState] = useState(liveState());
  useEffect(() => onLive(() => setState(liveState())), []);
  if (state === 'idle') return null;
  return html`<span class=${`live ${state}`} role="status"><span class="dot" aria-hidden="true"></span>${state === 'live' ? 'Live' : 'Connecting again'}</span>`;
}

function Requests({ onClose }) {
  const [, setTurn] = useState(0);
  useEffect(() => onSent(() => setTurn((value) => value + 1)), []);
  return html`<${Dialog} title="What this page sent" onClose=${onClose} wide>
    <p class="muted">Everything this page does is a request to the REST API, which <a href="/openapi.json">/openapi.json</a> describes. <code>$DIR</code> is the testbed's work directory.</p>
    ${sent.length === 0 ? html`<p>Nothing was changed from this page yet.</p>` : html`<ol class="requests">${sent.map((one) => html`
      <li key=${one.at.getTime() + one.path}><span class="muted">${clock(one.at)}</span> <code>${one.method} ${one.path}</code><${Copy} text=${() => curl(one.method, one.path, one.body)} label="Copy as curl" /></li>`)}</ol>`}<//>`;
}

function Page({ name, parts, query }) {
  const [loaded, setLoaded] = useState({ name: null });
  useEffect(() => {
    let current = true;
    PAGES[name][2]().then((module) => current && setLoaded({ name, Module: module.default }),
      () => current && setLoaded({ name, failed: true }));
    return () => { current = false; };
  }, [name]);
  if (loaded.name !== name) return html`<p class="muted" aria-busy="true">Loading…</p>`;
  if (loaded.failed) return html`<${Failure} error="this part of the page could not be loaded; does the testbed still run?" again=${() => location.reload()} />`;
  return html`<${loaded.Module} parts=${parts} query=${query} />`;
}

function Frame() {
  const { parts, query } = useAddress();
  const [over, setOver] = useState(false);
  const [requests, setRequests] = useState(false);
  const [open, setOpen] = useState(false);
  const main = useRef(null);
  const name = parts[0] || '';
  const known = PAGES[name];

  useEffect(() => {
    document.title = `${known ? [parts[1], known[0]].filter(Boolean).join(' · ') : 'Not found'} · Onboard`;
    setOpen(false);
  }, [name, parts[1]]);

  useEffect(() => {
    let inside = 0;
    const files = (event) => event.dataTransfer && [...event.dataTransfer.types].includes('Files');
    const enter = (event) => { if (files(event)) { inside++; setOver(true); } };
    const leave = (event) => { if (files(event) && --inside <= 0) { inside = 0; setOver(false); } };
    const hover = (event) => { if (files(event)) event.preventDefault(); };
    const drop = async (event) => {
      inside = 0;
      setOver(false);
      if (event.defaultPrevented || !files(event)) return;
      event.preventDefault();
      const { explainFiles } = await import('./pages/explain.js');
      explainFiles([...event.dataTransfer.files]);
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', hover);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', hover);
      removeEventListener('drop', drop);
    };
  }, []);

  const skip = (event) => { event.preventDefault(); if (main.current) main.current.focus(); };
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="top"><a class="brand" href="#/"><img src="/page/icon.svg" alt="" width="28" height="28" /><span>Onboard</span></a>
      <${Live} />
      <div class="row end">
        <button type="button" class="button small ghost icon-only" aria-label="What this page sent, as curl" onClick=${() => setRequests(true)}><${Icon} name="terminal" /></button>
        <${Theme} />
        <button type="button" class="button small ghost icon-only only-narrow" aria-label="Pages" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name="menu" /></button>
      </div></header>
    <nav class=${`side ${open ? 'open' : ''}`} aria-label="Pages">${Object.entries(PAGES).map(([id, [title, icon]]) => html`
      <a key=${id} href=${`#/${id}`} aria-current=${id === name ? 'page' : undefined}><${Icon} name=${icon} /><span>${title}</span></a>`)}
      <div class="side-foot"><button type="button" class="link" onClick=${() => { setKey('', false); tell('The key is forgotten in this browser'); }}>Forget the key</button></div></nav>
    <main id="main" ref=${main} tabindex="-1">${known ? html`<${Page} name=${name} parts=${parts.slice(1)} query=${query} />` : html`
      <h1>There is no such page</h1><p>The address names nothing here. <a href="#/">Go to the overview</a>.</p>`}</main>
    ${over && html`<div class="drop-over" aria-hidden="true"><div><${Icon} name="explain" /><p>Drop to have it explained</p><p class="muted">certificate, chain, bundle, key, PKCS#12</p></div></div>`}
    ${requests && html`<${Requests} onClose=${() => setRequests(false)} />`}
    <${Toasts} />`;
}

function App({ message }) {
  const [, setTurn] = useState(0);
  useEffect(() => onKey(() => setTurn((value) => value + 1)), []);
  return hasKey() ? html`<${Frame} />` : html`<${KeyForm} message=${message} />`;
}

handover().then((message) => render(html`<${App} message=${message} />`, document.getElementById('app')));
