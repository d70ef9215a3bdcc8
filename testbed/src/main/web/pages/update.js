// Firmware: images, signed manifests, and campaigns with how each device stands.
import { html, useState, useEffect } from '../vendor/preact-htm.js';
import { call, get, all, enc } from '../lib/api.js';
import { useOverview } from '../lib/live.js';
import { Card, Button, Badge, Dialog, Field, Failure, Empty, Table, Tabs, Time, Facts, Curl, Copy, Chain, attempt, useLoaded } from '../lib/ui.js';
import { count } from '../lib/words.js';

const PHASES = { draft: ['draft', 'quiet'], awaiting_approval: ['awaits approval', 'warn'], timed: ['timed', 'moving'], starting: ['starting', 'moving'], active: ['active', 'moving'], stopping: ['stopping', 'warn'], stopped: ['stopped', 'quiet'], archived: ['archived', 'quiet'] };
const STATES = { pending: ['pending', 'quiet'], updated_connector_channel: ['told', 'moving'], failed_connector_channel_update: ['failed', 'bad'], deployed: ['updated', 'good'], deregistered: ['deregistered', 'warn'] };
const Tone = ({ words, word }) => html`<${Badge} tone=${(words[word] || [word, 'quiet'])[1]}>${(words[word] || [word])[0]}<//>`;
const size = (octets) => (octets < 1024 ? `${octets} B` : octets < 1 << 20 ? `${(octets / 1024).toFixed(1)} KB` : `${(octets / (1 << 20)).toFixed(1)} MB`);

/** What events of firmware say is asked anew, twice a second at most. */
function useTurn() {
  const { overview } = useOverview();
  const stamp = overview ? overview.last_event_id : 0;
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setTurn(stamp), 500);
    return () => clearTimeout(timer);
  }, [stamp]);
  return turn;
}

const skipped = (metrics) => (metrics.skipped_count ? `, ${count(metrics.skipped_count)} of them skipped` : '');

function Bar({ metrics }) {
  const part = (value) => ({ width: `${metrics.total_count ? (100 * value) / metrics.total_count : 0}%` });
  return html`<div><div class="split" role="img" aria-label=${`${metrics.success_count} updated, ${metrics.failed_count} failed, ${metrics.pending_count} pending of ${metrics.total_count}${skipped(metrics)}`}><i class="good" style=${part(metrics.success_count)}></i><i class="bad" style=${part(metrics.failed_count)}></i></div>
    <p class="muted">${count(metrics.success_count)} updated, ${count(metrics.failed_count)} failed, ${count(metrics.pending_count)} pending of ${count(metrics.total_count)}${skipped(metrics)}</p></div>`;
}

function FileForm({ title, label, path, onClose, onDone }) {
  const [name, setName] = useState('');
  const [file, setFile] = useState(null);
  const send = async (event) => {
    event.preventDefault();
    const body = new FormData();
    body.append('datafile', file);
    body.append('name', name || file.name);
    if (await attempt(() => call('POST', path, body), `'${name || file.name}' is kept`)) { onDone(); onClose(); }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form onSubmit=${send}>
    <${Field} id="file" label=${label}><input id="file" type="file" required onChange=${(event) => setFile(event.target.files[0] || null)} /><//>
    <${Field} id="file-name" label="Name"><input id="file-name" maxlength="128" placeholder=${file ? file.name : ''} value=${name} onInput=${(event) => setName(event.target.value)} /><//>
    <div class="row end"><${Button} onClick=${onClose}>Cancel<//><button class="button primary" disabled=${!file}>Upload</button></div></form><//>`;
}

function NewCampaign({ manifests, onClose, onDone }) {
  const [form, setForm] = useState({ name: '', root_manifest_id: manifests[0] ? manifests[0].id : '', device_filter: 'state__eq=registered', delivery: 'pull' });
  const set = (name) => (event) => setForm({ ...form, [name]: event.target.value });
  const body = Object.fromEntries(Object.entries(form).filter(([, value]) => value));
  const send = async (event) => {
    event.preventDefault();
    const made = await attempt(() => call('POST', '/v3/update-campaigns', body), `'${form.name}' is a draft; start it when you are ready`);
    if (made) { onDone(); onClose(); location.hash = `#/update/campaigns/${made.id}`; }
  };
  return html`<${Dialog} title="New campaign" onClose=${onClose}><form onSubmit=${send}>
    <${Field} id="campaign-name" label="Name"><input id="campaign-name" required maxlength="128" value=${form.name} onInput=${set('name')} /><//>
    <${Field} id="campaign-manifest" label="Manifest"><select id="campaign-manifest" required value=${form.root_manifest_id} onChange=${set('root_manifest_id')}>${manifests.map((one) => html`<option value=${one.id}>${one.name}, ${one.parsed_raw_manifest.version}</option>`)}</select><//>
    <${Field} id="campaign-filter" label="Which devices" hint="A filter of the directory, such as state__eq=registered or endpoint_name__like=meter-"><input id="campaign-filter" required aria-describedby="campaign-filter-hint" value=${form.device_filter} onInput=${set('device_filter')} /><//>
    <${Field} id="campaign-delivery" label="How it comes to them"><select id="campaign-delivery" value=${form.delivery} onChange=${set('delivery')}><option value="pull">Pull: devices fetch it</option><option value="push">Push: the server writes it</option></select><//>
    <div class="row between"><${Curl} method="POST" path="/v3/update-campaigns" body=${body} /><div class="row"><${Button} onClick=${onClose}>Cancel<//><button class="button primary">Make a draft</button></div></div></form><//>`;
}

function Order({ campaign, again }) {
  const order = (verb, done) => attempt(() => call('POST', `/v3/update-campaigns/${campaign.id}/${verb}`), done).then(again);
  return html`<span class="row">${campaign.phase === 'draft' && html`<${Button} kind="small primary" onClick=${() => order('start', 'Started')}>Start<//>`}
    ${['timed', 'awaiting_approval', 'starting', 'active', 'stopping'].includes(campaign.phase) && html`<${Button} kind="small danger" onClick=${() => order('stop', 'Stopping')}>${campaign.phase === 'stopping' ? 'Stop at once' : 'Stop'}<//>`}
    ${campaign.phase === 'stopped' && html`<${Button} kind="small" onClick=${() => order('archive', 'Archived')}>Archive<//>`}</span>`;
}

function Campaigns() {
  const turn = useTurn();
  const list = useLoaded(async () => {
    const campaigns = (await get('/v3/update-campaigns?limit=50&order=DESC')).data;
    const metrics = await Promise.all(campaigns.map((one) => get(`/v3/update-campaigns/${one.id}/metrics`)));
    return { campaigns: campaigns.map((one, index) => ({ ...one, metrics: metrics[index] })), manifests: await all('/v3/firmware-manifests') };
  }, [turn]);
  const [making, setMaking] = useState(false);
  if (list.error) return html`<${Failure} error=${list.error} again=${list.again} />`;
  if (!list.data) return html`<p class="muted">Loading…</p>`;
  const { campaigns, manifests } = list.data;
  return html`<div class="stack"><div class="toolbar"><p class="muted">A campaign brings one signed manifest to devices of the directory.</p><div class="row end"><${Curl} path="/v3/update-campaigns" /><${Button} kind="primary" icon="plus" disabled=${manifests.length === 0} onClick=${() => setMaking(true)}>New campaign<//></div></div>
    ${campaigns.length === 0 ? html`<section class="card"><${Empty} title="No campaign yet">${manifests.length === 0 ? html`Sign an image first: <code>onboard update sign --image app.bin --version 1.2.0 --out app.suit</code>, and upload the manifest under Manifests.` : 'Choose a manifest and the devices that it is for.'}<//></section>` : campaigns.map((one) => html`<section class="card" key=${one.id}><header class="card-head"><h2><a href=${`#/update/campaigns/${one.id}`}>${one.name}</a></h2><span class="row"><${Tone} words=${PHASES} word=${one.phase} /><${Order} campaign=${one} again=${list.again} /></span></header><${Bar} metrics=${one.metrics} /></section>`)}
    ${making && html`<${NewCampaign} manifests=${manifests} onClose=${() => setMaking(false)} onDone=${list.again} />`}</div>`;
}

function Campaign({ id }) {
  const turn = useTurn();
  const found = useLoaded(() => Promise.all([get(`/v3/update-campaigns/${enc(id)}`), get(`/v3/update-campaigns/${enc(id)}/metrics`), get(`/v3/update-campaigns/${enc(id)}/campaign-device-metadata?limit=1000`)]), [id, turn]);
  const back = html`<p><a href="#/update/campaigns">All campaigns</a></p>`;
  if (found.error) return html`${back}<${Failure} error=${found.error} again=${found.again} />`;
  if (!found.data) return html`${back}<p class="muted">Loading…</p>`;
  const [campaign, metrics, devices] = found.data;
  return html`${back}<div class="stack"><${Card} id="campaign" title=${campaign.name} actions=${html`<${Tone} words=${PHASES} word=${campaign.phase} /><${Order} campaign=${campaign} again=${found.again} /><${Curl} path=${`/v3/update-campaigns/${id}`} />`}><div class="stack"><${Bar} metrics=${metrics} />
      <${Facts} rows=${[['Devices', campaign.device_filter], ['Delivery', campaign.delivery], ['Started', campaign.started_at && html`<${Time} at=${campaign.started_at} />`], ['Stopped', campaign.stopped_at && html`<${Time} at=${campaign.stopped_at} />`], ['Stopped because', campaign.autostop_reason], ['Description', campaign.description]]} /></div><//>
    <${Card} id="devices" title="Devices">${devices.data.length === 0 ? html`<p class="muted">None so far.</p>` : html`<${Table} label="Devices of the campaign" columns=${[{ title: 'Endpoint name' }, { title: 'State' }, { title: 'Why' }, { title: 'Result', class: 'right' }, { title: 'Since' }]} rows=${devices.data.map((one) => ({ key: one.id, cells: [html`<a href=${`#/devices/${enc(one.name)}`}>${one.name}</a>`, html`<${Tone} words=${STATES} word=${one.deployment_state} />`, one.description || '', one.update_result ?? '', html`<${Time} at=${one.updated_at} short />`] }))} />`}<//></div>`;
}

function Files({ kind }) {
  const images = kind === 'images';
  const path = images ? '/v3/firmware-images' : '/v3/firmware-manifests';
  const list = useLoaded(() => all(path), [path]);
  const [making, setMaking] = useState(false);
  const columns = images ? [{ title: 'Name' }, { title: 'Size', class: 'right' }, { title: 'SHA-256' }, { title: 'Uploaded' }, { title: '' }] : [{ title: 'Name' }, { title: 'Version' }, { title: 'Sequence', class: 'right' }, { title: 'For' }, { title: 'Image' }, { title: 'Uploaded' }, { title: '' }];
  const remove = (one) => html`<${Button} kind="small danger" aria-label=${`Remove ${one.name}`} onClick=${() => attempt(() => call('DELETE', `${path}/${one.id}`), `'${one.name}' is removed`).then(list.again)}>Remove<//>`;
  return html`<div class="stack"><div class="toolbar"><p class="muted">${images ? 'What devices install.' : 'Signed by whom devices trust for firmware since the factory: the update authenticity certificate.'}</p><div class="row end"><${Curl} path=${path} /><${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>${images ? 'Upload an image' : 'Upload a manifest'}<//></div></div>
    ${list.error && html`<${Failure} error=${list.error} again=${list.again} />`}
    ${list.data && (list.data.length === 0 ? html`<section class="card"><${Empty} title=${images ? 'No image yet' : 'No manifest yet'}>${images ? 'A manifest may also carry its image within.' : html`<code>onboard update sign --image app.bin --version 1.2.0 --out app.suit</code> makes one.`}<//></section>` : html`<${Table} label=${images ? 'Images' : 'Manifests'} columns=${columns} rows=${list.data.map((one) => ({ key: one.id, cells: images ? [one.name, size(one.datafile_size), html`<span class="mono">${one.datafile_checksum}</span>`, html`<${Time} at=${one.created_at} />`, remove(one)] : [one.name, one.parsed_raw_manifest.version, one.parsed_raw_manifest.sequence_number, html`<span class="mono" title="vendor and class">${one.device_class}</span>`, `${size(one.delivered_payload_size)}, ${one.parsed_raw_manifest.image}`, html`<${Time} at=${one.created_at} />`, remove(one)] }))} />`)}
    ${making && html`<${FileForm} title=${images ? 'Upload an image' : 'Upload a manifest'} label=${images ? 'Image' : 'SUIT envelope'} path=${path} onClose=${() => setMaking(false)} onDone=${list.again} />`}</div>`;
}

function Signers() {
  const list = useLoaded(() => get('/testbed/update-certificates'), []);
  if (list.error) return html`<${Failure} error=${list.error} again=${list.again} />`;
  if (!list.data) return html`<p class="muted">Loading…</p>`;
  return html`<div class="stack"><div class="toolbar"><p class="muted">A device takes firmware from who signs with the key of its update authenticity certificate, which the factory gave it. The key is in <code>DIR/update</code> and never comes here.</p><div class="row end"><${Copy} label="Copy as command" text="onboard update cert create --out next" /><${Curl} path="/testbed/update-certificates" /></div></div>
    ${list.data.data.length === 0 ? html`<section class="card"><${Empty} title="No update authenticity certificate yet">It is made with the factory's first device.<//></section>` : html`<${Card} id="signers" title="What devices of this factory trust">${list.data.data.map((one) => html`<${Chain} key=${one.fingerprint} certificates=${[one]} />`)}<//>`}</div>`;
}

const TABS = [['campaigns', 'Campaigns'], ['manifests', 'Manifests'], ['images', 'Images'], ['certificates', 'Certificates']];
export default function Update({ parts }) {
  const tab = TABS.some(([id]) => id === parts[0]) ? parts[0] : 'campaigns';
  return html`<div class="page-head"><h1>Update</h1></div>
    <${Tabs} label="Kinds" current=${tab} tabs=${TABS.map(([id, title]) => [id, title, `#/update/${id}`])} />
    ${tab === 'campaigns' ? (parts[1] ? html`<${Campaign} key=${parts[1]} id=${parts[1]} />` : html`<${Campaigns} />`) : tab === 'certificates' ? html`<${Signers} />` : html`<${Files} key=${tab} kind=${tab} />`}`;
}
