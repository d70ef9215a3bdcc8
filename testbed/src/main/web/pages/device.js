// One device: why it is refused, its onboarding, its certificates, its resources, what can be done to it.
import { html, useState, useEffect, useRef } from '../vendor/preact-htm.js';
import { call, get, stream, curl, enc } from '../lib/api.js';
import { Card, Button, Phase, Facts, Failure, Chain, Table, Time, Day, Copy, Curl, Empty, Field, Dialog, Badge, attempt, useDocument, useLoaded } from '../lib/ui.js';
import { mode, party, stage, sentence, millis, clock, reason, commonName } from '../lib/words.js';
import { Why } from '../lib/why.js';
import { Sequence, lastOnboarding } from '../lib/sequence.js';

/** The device's events, past and coming; the page is drawn once a frame. */
function useStory(endpoint) {
  const [state, setState] = useState({ events: [], error: null, loaded: false });
  useEffect(() => {
    const events = [];
    let frame = 0;
    const draw = () => { frame = 0; setState({ events: events.slice(-2000), error: null, loaded: true }); };
    const close = stream(`/testbed/devices/${enc(endpoint)}/events?after=0`, (name, event) => {
      if (name !== 'event') return;
      if (events.length && events[events.length - 1].id >= event.id) return;
      events.push(event);
      if (!frame) frame = requestAnimationFrame(draw);
    }, (error) => setState((old) => ({ ...old, error, loaded: true })));
    return () => { close(); cancelAnimationFrame(frame); };
  }, [endpoint]);
  return state;
}

const ACTIONS = [['power-on', 'Switch on'], ['power-off', 'Switch off'], ['cut-power', 'Cut the power'], ['reboot', 'Reboot'], ['factory-reset', 'Factory reset'], ['new-certificate', 'Back to the factory']];

function Actions({ endpoint, summary, record, issued, again }) {
  const [sure, setSure] = useState(null);
  const act = (action, label) => attempt(() => call('POST', `/testbed/simulated-devices/${enc(endpoint)}/actions`, { action }), label);
  const registered = summary.phase === 'registered';
  const current = issued && issued.find((one) => !one.revoked_at);
  const off = summary.phase === 'off' || summary.phase === 'made';
  const shown = ACTIONS.filter(([action]) => (action === 'power-on' ? off : !off));
  return html`<div class="row" id="actions">
    ${summary.simulated && shown.map(([action, label]) => html`<${Button} key=${action} kind="small" onClick=${() => act(action, `${label}: done`)}>${label}<//>`)}
    ${registered && html`<${Button} kind="small" onClick=${() => attempt(() => call('POST', `/testbed/devices/${enc(endpoint)}/resources/1/0/9`), 'The device was asked to bootstrap again')}>Bootstrap again<//>`}
    ${record && registered && html`<${Button} kind="small" onClick=${() => attempt(() => call('POST', `/v3/devices/${record.id}/certificates/LwM2M/renew`), 'Renewal began').then(again)}>Renew<//>`}
    ${record && (record.operator_suspended
      ? html`<${Button} kind="small" onClick=${() => attempt(() => call('POST', `/v3/devices/${record.id}/resume`), 'Resumed').then(again)}>Resume<//>`
      : html`<${Button} kind="small" onClick=${() => attempt(() => call('POST', `/v3/devices/${record.id}/suspend`, { category: 'maintenance', description: 'from the page' }), 'Suspended').then(again)}>Suspend<//>`)}
    ${current && html`<${Button} kind="small danger" onClick=${() => setSure('revoke')}>Revoke…<//>`}
    ${record && html`<${Button} kind="small danger" onClick=${() => setSure('remove')}>Forget…<//>`}
    ${sure === 'revoke' && html`<${Dialog} title="Revoke the LwM2M certificate" onClose=${() => setSure(null)}><p>The device is refused at the LwM2M server from its next handshake on, and its open session is closed. A revocation cannot be taken back; the device gets a new certificate when it bootstraps again.</p><p class="mono">${current.serial}</p>
      <div class="row end"><${Button} onClick=${() => setSure(null)}>Cancel<//><${Button} kind="danger" onClick=${async () => { await attempt(() => call('POST', `/testbed/issued-certificates/${current.serial}/revoke`, { reason: 'unspecified' }), 'Revoked'); setSure(null); again(); }}>Revoke<//></div><//>`}
    ${sure === 'remove' && html`<${Dialog} title="Forget this device" onClose=${() => setSure(null)}><p>The account forgets '${endpoint}'; its certificates are good for nothing any more. What the journal says of it stays.</p>
      <div class="row end"><${Button} onClick=${() => setSure(null)}>Cancel<//><${Button} kind="danger" onClick=${async () => { await attempt(() => call('DELETE', `/v3/devices/${record.id}`), 'Forgotten'); setSure(null); again(); }}>Forget<//></div><//>`}
  </div>`;
}

function Compared({ factory, lwm2m }) {
  const one = factory[0];
  const other = lwm2m[0];
  const line = (certificate, label) => (certificate.lines.find((each) => each.label === label) || {}).value || '—';
  const labels = ['subject', 'issuer', 'valid', 'key', 'signed with', 'key usage', 'extended key usage', 'names', 'serial'];
  return html`<div class="table-box"><table class="compare"><caption class="visually-hidden">What changed</caption><thead><tr><th scope="col">What</th><th scope="col">Factory certificate</th><th scope="col">LwM2M certificate</th></tr></thead>
    <tbody>${labels.map((label) => {
      const [before, after] = [line(one, label), line(other, label)];
      return html`<tr key=${label} class=${before === after ? '' : 'changed'}><th scope="row">${label}</th><td class="wrap value">${before}</td><td class="wrap value">${after}</td></tr>`;
    })}</tbody></table></div>`;
}

const NAMES = {
  '3/0/0': 'Manufacturer', '3/0/1': 'Model number', '3/0/2': 'Serial number', '3/0/3': 'Firmware version', '3/0/9': 'Battery level', '3/0/10': 'Memory free', '3/0/11': 'Error code', '3/0/13': 'Current time', '3/0/14': 'UTC offset', '3/0/15': 'Time zone', '3/0/16': 'Binding', '3/0/17': 'Device type', '3/0/18': 'Hardware version', '3/0/19': 'Software version', '3/0/20': 'Battery status', '3/0/21': 'Memory total',
  '1/0/0': 'Short server id', '1/0/1': 'Lifetime', '1/0/2': 'Default minimum period', '1/0/3': 'Default maximum period', '1/0/5': 'Disable timeout', '1/0/6': 'Keep notifications', '1/0/7': 'Binding', '5/0/3': 'State', '5/0/5': 'Update result', '5/0/6': 'Package name', '5/0/7': 'Package version', '5/0/8': 'Protocols', '5/0/9': 'Delivery method',
};
const shown = (value) => (value === null || value === undefined ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value));
function flat(path, value) {
  if (value !== null && typeof value === 'object' && !('opaque' in value) && !('link' in value)) {
    return Object.entries(value).flatMap(([id, child]) => flat(`${path}/${id}`, child));
  }
  return [[path, value]];
}

function Resources({ endpoint }) {
  const [path, setPath] = useState('/3/0');
  const [value, setValue] = useState('');
  const [answer, setAnswer] = useState(null);
  const [watching, setWatching] = useState(null);
  const close = useRef(null);
  const base = `/testbed/devices/${enc(endpoint)}/resources`;
  const stop = () => { if (close.current) close.current(); close.current = null; setWatching(null); };
  useEffect(() => stop, []);
  const clean = `/${path.replace(/^\/+|\/+$/g, '')}`;
  const read = async (wanted) => {
    const result = await attempt(() => get(base + wanted));
    if (result) setAnswer({ path: wanted, rows: flat(wanted.slice(1), result.value), at: new Date().toISOString() });
  };
  const observe = () => {
    stop();
    const wanted = clean;
    setWatching(wanted);
    close.current = stream(base + wanted, (name, data) => {
      if (name === 'value') setAnswer({ path: wanted, rows: flat(wanted.slice(1), data.value), at: new Date().toISOString() });
      else if (name === 'error') { stop(); attempt(() => Promise.reject(new Error(data.message))); }
    }, (failure) => { stop(); attempt(() => Promise.reject(failure)); });
  };
  const parsed = () => { try { return JSON.parse(value); } catch { return value; } };
  return html`<div class="resource">
    <div class="chips" role="group" aria-label="Objects">${[['/3/0', 'Device'], ['/1/0', 'Server'], ['/5/0', 'Firmware update']].map(([where, name]) => html`<button type="button" class="chip" aria-pressed=${path === where} onClick=${() => { setPath(where); read(where); }}>${name} ${where}</button>`)}</div>
    <div class="row"><div class="search"><input aria-label="LwM2M path" value=${path} onInput=${(event) => setPath(event.target.value)} onKeyDown=${(event) => event.key === 'Enter' && read(clean)} /></div>
      <${Button} onClick=${() => read(clean)}>Read<//>
      ${watching ? html`<${Button} onClick=${stop}>Stop observing ${watching}<//>` : html`<${Button} onClick=${observe}>Observe<//>`}
      <${Button} onClick=${() => attempt(() => call('POST', base + clean), `${clean} executed`)}>Execute<//><${Curl} path=${base + clean} /></div>
    <div class="row"><div class="search"><input aria-label="Value to write" placeholder="A value to write: 60, true, text" value=${value} onInput=${(event) => setValue(event.target.value)} /></div><${Button} disabled=${value === ''} onClick=${() => attempt(() => call('PUT', base + clean, { value: parsed() }), `${clean} written`)}>Write<//></div>
    ${answer ? html`<div><p class="muted">${answer.path} at <${Time} at=${answer.at} short />${watching ? ', observed' : ''}</p><div class="table-box" tabindex="0" role="region" aria-label="Values"><table><thead><tr><th scope="col">Path</th><th scope="col">Resource</th><th scope="col">Value</th></tr></thead><tbody>
      ${answer.rows.map(([where, one]) => html`<tr key=${where}><td class="mono">/${where}</td><td>${NAMES[where] || ''}</td><td class="wrap value">${shown(one)}</td></tr>`)}</tbody></table></div></div>` : html`<p class="muted">Read an object, an instance or a resource of the registered device.</p>`}</div>`;
}

export default function Device({ endpoint }) {
  const { events, error, loaded } = useStory(endpoint);
  const [turn, setTurn] = useState(0);
  const again = () => setTurn((value) => value + 1);
  const decisive = events.filter((event) => event.stage !== 'operation');
  const stamp = decisive.length ? decisive[decisive.length - 1].id : 0;
  // asked again when something decisive happened, but not for each of many events
  const [settled, setSettled] = useState(0);
  const timer = useRef(0);
  useEffect(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSettled(stamp), 150);
    return () => clearTimeout(timer.current);
  }, [stamp]);
  const summary = useDocument(`/testbed/devices/${enc(endpoint)}/summary`, settled + turn);
  const certificates = useDocument(`/testbed/devices/${enc(endpoint)}/certificates`, settled + turn);
  const record = useLoaded(() => get(`/v3/devices?endpoint_name__eq=${enc(endpoint)}`).then((page) => page.data[0] || null), [endpoint, settled, turn]);
  const refused = summary.data && (summary.data.phase === 'refused' || summary.data.phase === 'failed');
  const explanation = useDocument(refused ? `/testbed/devices/${enc(endpoint)}/explanation` : null, settled + turn);
  const onboarding = lastOnboarding(events);

  if (summary.error && summary.error.status === 404 && loaded) {
    return html`<div class="page-head"><h1>${endpoint}</h1></div><section class="card"><${Empty} title="No such device" actions=${html`<a class="button" href="#/devices">All devices</a>`}>The journal knows no device of this name. A device shows up with its first handshake.<//></section>`;
  }
  const facts = record.data;
  const pair = certificates.data;
  const same = pair && pair.factory.length && pair.lwm2m.length && pair.factory[0].fingerprint === pair.lwm2m[0].fingerprint;
  return html`
    <div class="page-head"><div class="row"><a href="#/devices">Devices</a><span class="muted" aria-hidden="true">/</span><h1>${endpoint}</h1>${summary.data && html`<${Phase} phase=${summary.data.phase} />`}${facts && facts.operator_suspended && html`<${Badge} tone="warn">suspended<//>`}</div>
      <div class="row end"><${Copy} label="Copy as command" text=${`onboard device show ${endpoint}`} /></div></div>
    ${(error || (summary.error && summary.error.status !== 404)) && html`<${Failure} error=${error || summary.error} again=${again} />`}
    ${summary.data && html`<div class="toolbar"><${Actions} endpoint=${endpoint} summary=${summary.data} record=${facts} issued=${pair && pair.issued} again=${again} /></div>`}
    <div class="grid">
      ${refused && explanation.data && html`<div class="span-12"><${Card} id="why" title="Why?" tone="bad" actions=${html`<${Copy} label="Copy as command" text=${`onboard explain device ${endpoint}`} />`}><${Why} explanation=${explanation.data} onFixed=${again} /><//></div>`}
      <div class="span-12"><${Card} id="sequence" title="Last onboarding" actions=${onboarding.length > 0 && html`<span class="muted">began <${Time} at=${onboarding[0].time} /></span>`}>
        ${onboarding.length ? html`<${Sequence} events=${onboarding} />` : html`<p class="muted">${loaded || summary.data ? 'It was not switched on yet.' : 'Loading…'}</p>`}<//></div>
      <div class="span-12"><${Card} id="certificates" title="Certificates, before and after">
        ${certificates.error && html`<${Failure} error=${certificates.error} />`}
        ${pair && html`<div class="grid"><div class="span-6"><h3>From the factory</h3>${pair.factory.length ? html`<${Chain} certificates=${pair.factory} />` : html`<p class="muted">Not made here; the servers saw it in the handshake.</p>`}</div>
          <div class="span-6"><h3>${same ? 'LwM2M certificate, the same one' : 'From bootstrap'}</h3>${pair.lwm2m.length ? html`<${Chain} certificates=${pair.lwm2m} />` : html`<p class="muted">None yet.</p>`}</div>
          ${pair.factory.length > 0 && pair.lwm2m.length > 0 && !same && html`<div class="span-12"><h3>What changed</h3><${Compared} factory=${pair.factory} lwm2m=${pair.lwm2m} /></div>`}
          ${pair.issued.length > 0 && html`<div class="span-12"><h3>Issued to this device</h3><${Table} label="Issued certificates" tall=${240} columns=${[{ title: 'Serial' }, { title: 'Issuer' }, { title: 'Issued' }, { title: 'Ends' }, { title: '' }]} rows=${pair.issued.map((one) => ({ key: one.serial, cells: [html`<span class="mono">${one.serial}</span>`, commonName(one.issuer), html`<${Time} at=${one.created_at} />`, html`<${Day} at=${one.expires_at} />`, one.revoked_at ? html`<${Badge} tone="bad">revoked<//>` : ''] }))} /></div>`}</div>`}<//></div>
      <div class="span-6"><${Card} id="resources" title="Resources">${summary.data && summary.data.phase === 'registered' ? html`<${Resources} endpoint=${endpoint} />` : html`<p class="muted">A device can be read, written and observed while it is registered.</p>`}<//></div>
      <div class="span-6"><${Card} id="record" title="In the account's directory" actions=${facts && html`<${Curl} path=${`/v3/devices/${facts.id}`} />`}>
        ${facts ? html`<${Facts} rows=${[['Device id', html`<span class="mono">${facts.id}</span>`], ['State', facts.state], ['Mode', summary.data && mode(summary.data.mode)], ['First seen', html`<${Time} at=${facts.created_at} />`], ['Bootstrapped', facts.bootstrapped_timestamp && html`<${Time} at=${facts.bootstrapped_timestamp} />`], ['Registered', facts.registered_timestamp && html`<${Time} at=${facts.registered_timestamp} />`], ['Admitted by', facts.ca_id && html`<a href="#/certificates/trusted" class="mono">${facts.ca_id}</a>`], ['Serial number', facts.serial_number], ...Object.entries(facts.registration || {}).map(([name, value]) => [name.replaceAll('_', ' '), value])]} />` : html`<p class="muted">The account does not know it: nobody admitted it so far.</p>`}<//></div>
      <div class="span-12"><${Card} id="events" title="Every record" actions=${html`<${Curl} path=${`/testbed/devices/${enc(endpoint)}/events`} />`}>
        <${Table} label="Events" tall=${420} columns=${[{ title: 'Time' }, { title: 'Step' }, { title: 'Told by' }, { title: 'Outcome' }, { title: 'Alert', class: 'right' }, { title: 'Took', class: 'right' }, { title: 'Detail' }]}
          rows=${[...events].reverse().map((event) => ({ key: event.id, cells: [html`<${Time} at=${event.time} short />`, stage(event.stage), party(event.party), event.outcome === 'ok' ? 'ok' : html`<${Badge} tone="bad">${reason(event.reason)}<//>`, event.alert ?? '', millis(event.duration_ms), html`<span title=${event.detail || JSON.stringify(event.facts || {})}>${event.detail || sentence(event)}</span>`] }))} /><//></div>
    </div>`;
}
