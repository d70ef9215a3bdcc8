// Every device that the journal knows; and one of them.
import { html, useState, useEffect, useRef } from '../vendor/preact-htm.js';
import { get, enc } from '../lib/api.js';
import { useOverview } from '../lib/live.js';
import { VirtualTable, Phase, Time, Button, Icon, Empty, Failure, Curl, Badge } from '../lib/ui.js';
import { count, mode, party, reason, stage, PHASES } from '../lib/words.js';
import { NewDevices } from './new-devices.js';
import Device from './device.js';

const PART = 100;
const COLUMNS = [{ title: 'Endpoint name' }, { title: 'State' }, { title: 'Mode' }, { title: 'Why, or last step' }, { title: 'Since' }, { title: '' }];

/** Rows by number, fetched in parts as they come into sight; parts in sight are fetched again when something happened. */
function useRows(filter, stamp) {
  const parts = useRef(new Map());
  const window = useRef([0, 40]);
  const [state, setState] = useState({ total: null, phases: {}, error: null, turn: 0 });
  const busy = useRef(false);
  const again = useRef(false);
  const key = filter.toString();
  const current = useRef(key);
  const load = async () => {
    if (busy.current) { again.current = true; return; }
    busy.current = true;
    const asked = current.current;
    try {
      const [from, to] = window.current;
      for (let part = Math.floor(from / PART); part <= Math.floor(Math.max(from, to - 1) / PART); part++) {
        const page = await get(`/testbed/devices?${asked}${asked ? '&' : ''}offset=${part * PART}&limit=${PART}`);
        if (asked !== current.current) break;
        parts.current.set(part, page.data);
        setState((old) => ({ total: page.total_count, phases: page.phases, error: null, turn: old.turn + 1 }));
      }
    } catch (error) {
      setState((old) => ({ ...old, error }));
    }
    busy.current = false;
    if (again.current || asked !== current.current) { again.current = false; load(); }
  };
  useEffect(() => {
    current.current = key;
    parts.current.clear();
    window.current = [0, 40];
    load();
  }, [key]);
  const last = useRef(0);
  const timer = useRef(0);
  useEffect(() => {
    if (stamp == null) return undefined;
    clearTimeout(timer.current);
    const due = Math.max(0, 700 - (Date.now() - last.current));
    timer.current = setTimeout(() => { last.current = Date.now(); load(); }, due);
    return undefined;
  }, [stamp]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const seen = (from, to) => {
    window.current = [from, to];
    for (let part = Math.floor(from / PART); part <= Math.floor(Math.max(from, to - 1) / PART); part++) {
      if (!parts.current.has(part)) { load(); return; }
    }
  };
  const row = (index) => {
    const part = parts.current.get(Math.floor(index / PART));
    return part ? part[index % PART] : null;
  };
  return { ...state, row, seen, again: load };
}

function List({ query }) {
  const { overview } = useOverview();
  const [text, setText] = useState(query.get('q') || '');
  const [making, setMaking] = useState(false);
  const filter = new URLSearchParams();
  for (const name of ['q', 'phase', 'reason', 'mode']) if (query.get(name)) filter.set(name, query.get(name));
  const rows = useRows(filter, overview ? overview.last_event_id : null);
  const go = (changes) => {
    const next = new URLSearchParams(filter);
    Object.entries(changes).forEach(([name, value]) => (value ? next.set(name, value) : next.delete(name)));
    location.replace(`#/devices${next.toString() ? `?${next}` : ''}`);
  };
  const timer = useRef(0);
  const typed = (event) => {
    const value = event.target.value;
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go({ q: value }), 180);
  };
  const phase = query.get('phase') || '';
  const chips = Object.entries(PHASES).filter(([word]) => rows.phases[word] > 0 || word === phase);
  const everybody = Object.values(rows.phases).reduce((a, b) => a + b, 0);
  const cells = (index) => {
    const row = rows.row(index);
    if (!row || row.endpoint === undefined) return null;
    return [
      html`<a href=${`#/devices/${enc(row.endpoint)}`}>${row.endpoint}</a>`,
      html`<${Phase} phase=${row.phase} />`,
      mode(row.mode),
      row.reason ? html`<span title=${stage(row.stage)}>${reason(row.reason)}${row.refused_by ? html` <span class="muted">by the ${party(row.refused_by)}</span>` : ''}</span>` : html`<span class="muted">${stage(row.stage)}</span>`,
      html`<${Time} at=${row.since} short />`,
      row.simulated ? html`<span class="muted">simulated</span>` : html`<${Badge}>from outside<//>`,
    ];
  };
  return html`
    <div class="page-head"><h1>Devices</h1><div class="row end"><${Curl} path=${`/testbed/devices${filter.toString() ? `?${filter}` : ''}`} /><${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>New devices<//></div></div>
    ${rows.error && html`<${Failure} error=${rows.error} again=${rows.again} />`}
    ${everybody === 0 && rows.total !== null ? html`<section class="card"><${Empty} title="No device yet" actions=${html`<${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>Make devices<//>`}>
      Have the factory make some here, or run your own against this testbed: <code>onboard factory make --count 5 --out devices</code>. A device shows up with its first handshake, also when it is refused.<//></section>` : html`
    <div class="toolbar"><div class="search"><${Icon} name="search" /><input type="search" aria-label="Search by endpoint name" placeholder="Search by endpoint name" value=${text} onInput=${typed} /></div>
      <div class="chips" role="group" aria-label="Filter by state"><button type="button" class="chip" aria-pressed=${phase === ''} onClick=${() => go({ phase: '' })}>All ${count(everybody)}</button>
      ${chips.map(([word, [label]]) => html`<button type="button" key=${word} class="chip" aria-pressed=${word === phase} onClick=${() => go({ phase: word === phase ? '' : word })}>${label} ${count(rows.phases[word] || 0)}</button>`)}
      ${query.get('reason') && html`<button type="button" class="chip" aria-pressed="true" onClick=${() => go({ reason: '' })}>${reason(query.get('reason'))} ×</button>`}</div></div>
    ${rows.total === 0 ? html`<section class="card"><${Empty} title="No device matches" actions=${html`<${Button} onClick=${() => { setText(''); go({ q: '', phase: '', reason: '', mode: '' }); }}>Show all<//>`}>There are ${count(everybody)} devices; none is like that.<//></section>` : html`
    <p class="muted" role="status">${rows.total === null ? 'Loading…' : `${count(rows.total)} ${rows.total === 1 ? 'device' : 'devices'}`}</p>
    <${VirtualTable} label="Devices" columns=${COLUMNS} total=${rows.total || 0} row=${cells} onWindow=${rows.seen} tall=${660} />`}`}
    ${making && html`<${NewDevices} onClose=${() => setMaking(false)} onMade=${rows.again} />`}`;
}

export default function Devices({ parts, query }) {
  return parts.length ? html`<${Device} key=${parts[0]} endpoint=${parts[0]} />` : html`<${List} query=${query} />`;
}
