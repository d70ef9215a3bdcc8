// The few parts that every page is made of.
import { html, useState, useEffect, useRef, useLayoutEffect } from '../vendor/preact-htm.js';
import { get, ApiError, curl, sent } from './api.js';
import * as words from './words.js';

const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z',
  devices: 'M7 3h10v18H7zM11 17.5h2',
  certificates: 'M5 4h14v10H5zM9 14v6l3-2 3 2v-6M8.5 8h7',
  scenarios: 'M4 6h4M4 12h4M4 18h4M11 6h9M11 12h9M11 18h9',
  explain: 'M9.5 9a2.6 2.6 0 1 1 3.6 2.4c-.8.4-1.1.9-1.1 1.8M12 16.6v.1M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z',
  update: 'M12 4v10m0 0-4-4m4 4 4-4M5 19h14',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20 20',
  arrow: 'M5 12h14m-6-6 6 6-6 6',
  terminal: 'M4 5h16v14H4zM7.5 9.5l3 2.5-3 2.5M12.5 15h4',
  power: 'M12 3v9M6.5 6.5a8 8 0 1 0 11 0',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M5 20h14',
  menu: 'M4 7h16M4 12h16M4 17h16',
  play: 'M7 5l12 7-12 7z',
};
export const Icon = ({ name }) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;

export const Button = ({ kind = 'plain', icon, children, ...rest }) =>
  html`<button type="button" class=${`button ${kind}`} ...${rest}>${icon && html`<${Icon} name=${icon} />`}<span>${children}</span></button>`;

export const Badge = ({ tone = 'quiet', children }) => html`<span class=${`badge ${tone}`}>${children}</span>`;

export const Phase = ({ phase }) => {
  const [label, tone] = words.PHASES[phase] || [phase, 'quiet'];
  return html`<${Badge} tone=${tone}>${label}<//>`;
};

export const Time = ({ at, short }) =>
  at ? html`<time datetime=${at} title=${`${words.moment(at)} (${words.zone()})`}>${short ? words.clock(at) : words.moment(at)}</time>` : html`<span class="muted">—</span>`;

export const Day = ({ at }) => (at ? html`<time datetime=${at} title=${words.moment(at)}>${words.day(at)}</time>` : html`<span class="muted">—</span>`);

export function Copy({ text, label = 'Copy', children }) {
  const [done, setDone] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'function' ? text() : text);
      setDone('Copied');
    } catch {
      setDone('The browser does not let this page copy');
    }
  };
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(''), 1800);
    return () => clearTimeout(timer);
  }, [done]);
  return html`<button type="button" class="button small ghost copy" onClick=${copy} title=${label}>
    <${Icon} name=${done === 'Copied' ? 'check' : 'copy'} /><span>${done || children || label}</span></button>`;
}

export const Curl = ({ method = 'GET', path, body }) => html`<${Copy} text=${() => curl(method, path, body)} label="Copy as curl" />`;

/** What a file is called, and what is in it. */
export function save(name, text, type = 'text/plain') {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export const Card = ({ title, actions, id, tone = '', children }) => html`
  <section class=${`card ${tone}`} id=${id} aria-labelledby=${title && id ? `${id}-title` : undefined}>
    ${(title || actions) && html`<header class="card-head">${title && html`<h2 id=${id ? `${id}-title` : undefined}>${title}</h2>`}${actions && html`<div class="row">${actions}</div>`}</header>`}
    ${children}
  </section>`;

export const Empty = ({ title, children, actions }) => html`
  <div class="empty"><p class="empty-title">${title}</p><p>${children}</p>${actions && html`<div class="row center">${actions}</div>`}</div>`;

export const Failure = ({ error, again }) => html`
  <div class="notice bad" role="alert"><p>${error instanceof ApiError || error instanceof Error ? error.message : String(error)}</p>
    ${again && html`<${Button} kind="small" onClick=${again}>Try again<//>`}</div>`;

/** A list of terms: label and value. */
export const Facts = ({ rows }) => html`<dl class="facts">${rows.filter((row) => row && row[1] !== undefined && row[1] !== null && row[1] !== '').map(([label, value]) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;

/** Loads a document, again when the path changes or again() is called. */
export function useDocument(path, version = 0) {
  const [state, setState] = useState({ data: null, error: null, path: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!path) return undefined;
    let current = true;
    get(path).then(
      (data) => current && setState({ data, error: null, path }),
      (error) => current && setState((old) => ({ data: old.path === path ? old.data : null, error, path })),
    );
    return () => { current = false; };
  }, [path, turn, version]);
  const stale = state.path !== path;
  return { data: stale ? null : state.data, error: stale ? null : state.error, again: () => setTurn((value) => value + 1) };
}

/** Whatever load() gives; called anew when a dependency changes. */
export function useLoaded(load, dependencies) {
  const [state, setState] = useState({ data: null, error: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    load().then((data) => current && setState({ data, error: null }), (error) => current && setState({ data: null, error }));
    return () => { current = false; };
  }, [...dependencies, turn]);
  return { ...state, again: () => setTurn((value) => value + 1) };
}

// --- messages ---------------------------------------------------------------

const toasts = [];
const toastWatchers = new Set();
function changed() { toastWatchers.forEach((watcher) => watcher()); }
export function tell(message, tone = 'good', request) {
  const toast = { id: Math.random(), message, tone, request };
  toasts.push(toast);
  if (toasts.length > 4) toasts.shift();
  changed();
  setTimeout(() => dismiss(toast.id), tone === 'bad' ? 12000 : 6000);
}
function dismiss(id) {
  const at = toasts.findIndex((toast) => toast.id === id);
  if (at >= 0) { toasts.splice(at, 1); changed(); }
}
let dialogs = 0;

/** Within the dialog that is open, else on the page: what stands behind a dialog cannot be reached. */
export function Toasts({ depth = 0 }) {
  const [, setTurn] = useState(0);
  useEffect(() => {
    const watcher = () => setTurn((value) => value + 1);
    toastWatchers.add(watcher);
    return () => toastWatchers.delete(watcher);
  }, []);
  if (depth !== dialogs) return null;
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.map((toast) => html`
    <div class=${`toast ${toast.tone}`} key=${toast.id}><span>${toast.message}</span>
      ${toast.request && html`<${Curl} ...${toast.request} />`}
      <button type="button" class="button small ghost icon-only" aria-label="Dismiss" onClick=${() => dismiss(toast.id)}><${Icon} name="cross" /></button></div>`)}</div>`;
}

/** Does something that the user asked for; says what came of it. */
export async function attempt(work, done) {
  const before = sent.length ? sent[0] : null;
  try {
    const result = await work();
    const request = sent.length && sent[0] !== before ? sent[0] : undefined;
    if (done) tell(typeof done === 'function' ? done(result) : done, 'good', request);
    return result ?? true;
  } catch (failure) {
    tell(failure.message, 'bad');
    return null;
  }
}

// --- dialogs ----------------------------------------------------------------

export function Dialog({ title, onClose, children, wide }) {
  const ref = useRef(null);
  const [depth, setDepth] = useState(-1);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    setDepth(++dialogs);
    changed();
    return () => {
      if (dialog && dialog.open) dialog.close();
      dialogs--;
      changed();
    };
  }, []);
  return html`<dialog ref=${ref} class=${wide ? 'wide' : ''} aria-labelledby="dialog-title" onCancel=${(event) => { event.preventDefault(); onClose(); }}
      onClick=${(event) => { if (event.target === ref.current) onClose(); }}>
    <div class="dialog-body"><header class="card-head"><h2 id="dialog-title">${title}</h2>
      <button type="button" class="button small ghost icon-only" aria-label="Close" onClick=${onClose}><${Icon} name="cross" /></button></header>
      ${children}</div><${Toasts} depth=${depth} /></dialog>`;
}

export const Field = ({ label, hint, children, id }) => html`
  <div class="field"><label for=${id}>${label}</label>${children}${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}</div>`;

/** Tabs that are links: each has an address. */
export const Tabs = ({ label, tabs, current }) => html`<nav class="tabs" aria-label=${label}>${tabs.map(([id, text, href]) => html`
  <a key=${id} href=${href} aria-current=${id === current ? 'page' : undefined}>${text}</a>`)}</nav>`;

// --- tables -----------------------------------------------------------------

/**
 * A table that draws only the rows in sight: row(index) gives the cells, or null while they are not there yet.
 * Heights are fixed, so that ten thousand rows cost what thirty do.
 */
export function VirtualTable({ label, columns, total, row, onWindow, height = 44, tall = 620, rowKey }) {
  const box = useRef(null);
  const [top, setTop] = useState(0);
  const [space, setSpace] = useState(tall);
  const frame = useRef(0);
  useLayoutEffect(() => {
    const measure = () => box.current && setSpace(box.current.clientHeight || tall);
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, [total]);
  const first = Math.max(0, Math.min(Math.floor(top / height) - 6, total - 1));
  const last = Math.min(total, Math.ceil((top + space) / height) + 6);
  useEffect(() => { if (onWindow) onWindow(Math.max(0, first), last); }, [first, last, total]);
  const scrolled = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => box.current && setTop(box.current.scrollTop));
  };
  const rows = [];
  for (let index = Math.max(0, first); index < last; index++) {
    const cells = row(index);
    rows.push(html`<tr key=${rowKey ? rowKey(index) : index} aria-rowindex=${index + 2} style=${{ height: `${height}px` }}>
      ${cells ? cells.map((cell, at) => html`<td key=${at} class=${columns[at].class || ''}>${cell}</td>`) : columns.map((column, at) => html`<td key=${at}><span class="skeleton"></span></td>`)}</tr>`);
  }
  return html`<div class="table-box" ref=${box} tabindex="0" role="region" aria-label=${label} onScroll=${scrolled} style=${{ maxHeight: `${tall}px` }}>
    <table aria-rowcount=${total + 1}><thead><tr aria-rowindex="1">${columns.map((column, at) => html`<th key=${at} scope="col" class=${column.class || ''}>${column.title || html`<span class="visually-hidden">More</span>`}</th>`)}</tr></thead>
      <tbody>${first > 0 && html`<tr class="spacer" aria-hidden="true"><td colspan=${columns.length} style=${{ height: `${first * height}px` }}></td></tr>`}
      ${rows}
      ${last < total && html`<tr class="spacer" aria-hidden="true"><td colspan=${columns.length} style=${{ height: `${(total - last) * height}px` }}></td></tr>`}</tbody></table></div>`;
}

export const Table = ({ label, columns, rows, tall = 560 }) =>
  html`<${VirtualTable} label=${label} columns=${columns} total=${rows.length} row=${(index) => rows[index].cells} rowKey=${(index) => rows[index].key} tall=${tall} />`;

// --- certificates -----------------------------------------------------------

/** One certificate as a person reads it. */
export function Certificate({ certificate, place, open }) {
  const expired = certificate.not_after && new Date(certificate.not_after) < new Date();
  return html`<details class="certificate" open=${open}>
    <summary><span class="cert-name">${words.commonName(certificate.subject)}</span>
      <span class="row">${certificate.is_ca && html`<${Badge} tone="issuer">CA<//>`}${expired && html`<${Badge} tone="bad">expired<//>`}
      ${place && html`<span class="muted">${place}</span>`}</span>
      <span class="cert-sub">issued by ${certificate.issuer === certificate.subject ? 'itself' : words.commonName(certificate.issuer) || 'an unreadable issuer'}${certificate.not_after ? html` · until <${Day} at=${certificate.not_after} />` : ''}</span></summary>
    <dl class="facts tight">${certificate.lines.map((line, at) => html`<div key=${at}><dt>${line.label}</dt><dd class=${/serial|SHA|identifier/.test(line.label) ? 'mono' : ''}>${line.value}</dd></div>`)}</dl>
    <div class="row"><${Copy} text=${certificate.pem} label="Copy PEM" /></div></details>`;
}

/** A chain, drawn: each stands on its issuer. */
export const Chain = ({ certificates, open }) => html`<ol class="chain">${certificates.map((certificate, index) => html`
  <li key=${certificate.fingerprint}><${Certificate} certificate=${certificate} open=${open && index === 0} place=${index === 0 ? '' : 'signed the one above'} /></li>`)}</ol>`;
