// Whom the account trusts, what was issued, who signs, developer certificates, the enrolment list.
import { html, useState } from '../vendor/preact-htm.js';
import { call, get, all, enc, text } from '../lib/api.js';
import { Card, Button, Badge, Dialog, Field, Failure, Empty, Table, Tabs, Time, Day, Copy, Curl, Chain, Facts, attempt, save, useLoaded } from '../lib/ui.js';
import { commonName, count } from '../lib/words.js';
import { Drop, Upload, explained, base64 } from '../lib/upload.js';

const TABS = [['trusted', 'Trusted'], ['issued', 'Issued'], ['issuers', 'Issuers'], ['developer', 'Developer'], ['enrollments', 'Enrolments']];
const bytes = (pem) => btoa(pem);
const decoded = (name, pem) => call('POST', '/testbed/explain', { name, content: bytes(pem) });

// --- trusted ------------------------------------------------------------------

function Revocations({ id }) {
  const lists = useLoaded(() => get(`/testbed/trusted-certificates/${id}/revocation-lists`).then((page) => page.data), [id]);
  const [url, setUrl] = useState('');
  const path = `/testbed/trusted-certificates/${id}/revocation-lists`;
  const take = async (files) => {
    for (const file of files) {
      const content = await base64(file);
      const plain = atob(content);
      const crl = plain.includes('-----BEGIN') ? plain : `-----BEGIN X509 CRL-----\n${content.replace(/(.{64})/g, '$1\n')}\n-----END X509 CRL-----\n`;
      await attempt(() => call('POST', path, { crl }), 'The revocation list counts from now on');
    }
    lists.again();
  };
  return html`<div class="stack"><h3>Revocation lists</h3>
    ${lists.error && html`<${Failure} error=${lists.error} again=${lists.again} />`}
    ${lists.data && lists.data.length > 0 && html`<ul class="requests">${lists.data.map((list) => html`<li key=${list.id}><span>Number ${list.number}, ${count(list.revoked)} revoked, next <${Day} at=${list.next_update} /></span><span class="row">${list.url && html`<${Button} kind="small" onClick=${() => attempt(() => call('POST', `${path}/${list.id}/refresh`), 'Fetched again').then(lists.again)}>Fetch again<//>`}<${Button} kind="small danger" onClick=${() => attempt(() => call('DELETE', `${path}/${list.id}`), 'Removed').then(lists.again)}>Remove<//></span></li>`)}</ul>`}
    <${Drop} onFiles=${take} label="Choose a list">Drop a revocation list of this CA, PEM or DER.<//>
    <form class="row" onSubmit=${async (event) => { event.preventDefault(); if (await attempt(() => call('POST', path, { url }), 'Fetched')) { setUrl(''); lists.again(); } }}><div class="search"><input aria-label="Address of a list on this machine" placeholder="http://localhost:…/ca.crl" value=${url} onInput=${(event) => setUrl(event.target.value)} /></div><button class="button" disabled=${!url}>Fetch</button></form></div>`;
}

function TrustedDetail({ trusted, onClose }) {
  const found = useLoaded(() => decoded(trusted.name, trusted.certificate), [trusted.id]);
  return html`<${Dialog} title=${trusted.name} onClose=${onClose} wide><div class="stack">
    <${Facts} rows=${[['Counts at', trusted.service === 'bootstrap' ? 'the bootstrap server' : 'the LwM2M server'], ['Id', html`<span class="mono">${trusted.id}</span>`], ['SHA-256', html`<span class="mono">${trusted.certificate_fingerprint}</span>`], ['Uploaded', html`<${Time} at=${trusted.created_at} />`], ['Ends', html`<${Time} at=${trusted.validity} />`], ['Admits', trusted.enrollment_mode ? 'devices on the enrolment list' : 'every device it signed'], ['Fault', trusted.fault], ['Description', trusted.description]]} />
    <div><h3>Chain, the root first</h3>${found.data ? html`<${Chain} certificates=${found.data.certificates} />` : found.error ? html`<${Failure} error=${found.error} />` : html`<p class="muted">Loading…</p>`}</div>
    <${Revocations} id=${trusted.id} />
    <div class="row"><${Copy} text=${trusted.certificate} label="Copy PEM" /><${Curl} path=${`/v3/trusted-certificates/${trusted.id}`} /></div></div><//>`;
}

function RemoveTrusted({ trusted, onClose, onDone }) {
  const devices = useLoaded(() => get(`/v3/devices?ca_id__eq=${trusted.id}&limit=50&include=total_count`), [trusted.id]);
  const total = devices.data ? (devices.data.total_count ?? devices.data.data.length) : 0;
  return html`<${Dialog} title=${`Remove '${trusted.name}'?`} onClose=${onClose}><div class="stack">
    <p>From the next handshake on nobody is admitted by it, and sessions that it admitted at the ${trusted.service === 'bootstrap' ? 'bootstrap' : 'LwM2M'} server end.</p>
    ${devices.error && html`<${Failure} error=${devices.error} />`}
    ${devices.data && (total === 0 ? html`<p>No device came in by it.</p>` : html`<div><h3>${count(total)} ${total === 1 ? 'device' : 'devices'} came in by it and would be cut off</h3><ul class="requests" id="cut-off" tabindex="0">${devices.data.data.map((device) => html`<li key=${device.id}><a href=${`#/devices/${enc(device.endpoint_name)}`}>${device.endpoint_name}</a><span class="muted">${device.state}</span></li>`)}</ul>${total > devices.data.data.length && html`<p class="muted">and ${count(total - devices.data.data.length)} more</p>`}</div>`)}
    <div class="row between"><${Curl} method="DELETE" path=${`/v3/trusted-certificates/${trusted.id}`} /><div class="row"><${Button} onClick=${onClose}>Cancel<//><${Button} kind="danger" onClick=${async () => { if (await attempt(() => call('DELETE', `/v3/trusted-certificates/${trusted.id}`), `'${trusted.name}' is removed`)) { onDone(); onClose(); } }}>Remove<//></div></div></div><//>`;
}

function Trusted() {
  const list = useLoaded(() => all('/v3/trusted-certificates'), []);
  const [upload, setUpload] = useState(null);
  const [detail, setDetail] = useState(null);
  const [removing, setRemoving] = useState(null);
  const take = async (files) => {
    const found = await attempt(() => explained(files));
    if (found) setUpload(found);
  };
  const state = (one, status) => attempt(() => call('PUT', `/v3/trusted-certificates/${one.id}`, { status }), status === 'ACTIVE' ? `'${one.name}' counts from the next handshake on` : `'${one.name}' admits nobody from now on`).then(list.again);
  const columns = [{ title: 'Name' }, { title: 'Counts at' }, { title: 'Status' }, { title: 'Subject' }, { title: 'Ends' }, { title: '' }];
  return html`<div class="stack">
    <${Drop} onFiles=${take} label="Choose a file to trust">Drop a CA certificate or chain here: PEM, DER, PKCS#12 or hex. You see what is in it before it counts.<//>
    ${list.error && html`<${Failure} error=${list.error} again=${list.again} />`}
    ${list.data && (list.data.length === 0 ? html`<section class="card"><${Empty} title="Nobody is trusted yet">Devices are admitted by the CA that signed their factory certificates. Upload it, or have the factory make devices here: that uploads its own.<//></section>` : html`
      <${Table} label="Trusted certificates" columns=${columns} rows=${list.data.map((one) => ({ key: one.id, cells: [
        html`<button type="button" class="link strong" onClick=${() => setDetail(one)}>${one.name}</button>`,
        html`<${Badge} tone=${one.service === 'bootstrap' ? 'moving' : 'issuer'}>${one.service}<//>`,
        html`<span class="row">${one.status === 'ACTIVE' ? html`<${Badge} tone="good">active<//>` : html`<${Badge}>inactive<//>`}${!one.valid && html`<${Badge} tone="bad">not valid<//>`}${one.enrollment_mode && html`<${Badge} tone="warn">enrolment<//>`}${one.device_execution_mode === 1 && html`<${Badge}>developer<//>`}</span>`,
        commonName(one.subject),
        html`<${Day} at=${one.validity} />`,
        html`<span class="row">${one.status === 'ACTIVE' ? html`<${Button} kind="small" aria-label=${`Deactivate ${one.name}`} onClick=${() => state(one, 'INACTIVE')}>Deactivate<//>` : html`<${Button} kind="small" aria-label=${`Activate ${one.name}`} onClick=${() => state(one, 'ACTIVE')}>Activate<//>`}<${Button} kind="small danger" aria-label=${`Remove ${one.name}`} onClick=${() => setRemoving(one)}>Remove…<//></span>`] }))} />`)}
    ${upload && html`<${Upload} files=${upload} onClose=${() => setUpload(null)} onDone=${list.again} />`}
    ${detail && html`<${TrustedDetail} trusted=${detail} onClose=${() => setDetail(null)} />`}
    ${removing && html`<${RemoveTrusted} trusted=${removing} onClose=${() => setRemoving(null)} onDone=${list.again} />`}</div>`;
}

// --- issued -------------------------------------------------------------------

function Issued() {
  const [wanted, setWanted] = useState('');
  const [pages, setPages] = useState(1);
  const [detail, setDetail] = useState(null);
  const filter = wanted.trim() ? `&endpoint_name__like=${enc(wanted.trim())}` : '';
  const list = useLoaded(() => get(`/testbed/issued-certificates?limit=${Math.min(1000, pages * 100)}&order=DESC&include=total_count${filter}`), [filter, pages]);
  const rows = list.data ? list.data.data : [];
  return html`<div class="stack"><div class="toolbar"><div class="search"><input type="search" aria-label="Search by endpoint name" placeholder="Search by endpoint name" value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></div>
      <span class="muted" role="status">${list.data ? `${count(list.data.total_count ?? rows.length)} issued` : ''}</span><div class="row end"><a class="button small" href="/crl/lwm2m-device-ca.crl" download>The account's revocation list</a><${Curl} path="/testbed/issued-certificates" /></div></div>
    ${list.error && html`<${Failure} error=${list.error} again=${list.again} />`}
    ${list.data && rows.length === 0 ? html`<section class="card"><${Empty} title="Nothing was issued">A device gets its LwM2M certificate when it bootstraps.<//></section>` : html`
    <${Table} label="Issued certificates" columns=${[{ title: 'Endpoint name' }, { title: 'Serial' }, { title: 'Issuer' }, { title: 'Issued' }, { title: 'Ends' }, { title: '' }]} rows=${rows.map((one) => ({ key: one.serial, cells: [html`<a href=${`#/devices/${enc(one.endpoint_name)}`}>${one.endpoint_name}</a>`, html`<button type="button" class="link mono" onClick=${() => setDetail(one)}>${one.serial}</button>`, commonName(one.issuer), html`<${Time} at=${one.created_at} />`, html`<${Day} at=${one.expires_at} />`, one.revoked_at ? html`<${Badge} tone="bad">revoked, ${one.revocation_reason}<//>` : ''] }))} />
    ${list.data && list.data.has_more && html`<div class="row center"><${Button} onClick=${() => setPages(pages + 2)}>Show more<//></div>`}`}
    ${detail && html`<${IssuedDetail} issued=${detail} onClose=${() => setDetail(null)} onDone=${list.again} />`}</div>`;
}

const REASONS = ['unspecified', 'key-compromise', 'ca-compromise', 'affiliation-changed', 'superseded', 'cessation-of-operation', 'privilege-withdrawn'];
function IssuedDetail({ issued, onClose, onDone }) {
  const found = useLoaded(() => decoded(issued.endpoint_name, issued.certificate), [issued.serial]);
  const [why, setWhy] = useState('unspecified');
  return html`<${Dialog} title=${`LwM2M certificate of ${issued.endpoint_name}`} onClose=${onClose} wide><div class="stack">
    ${found.data ? html`<${Chain} certificates=${found.data.certificates} open />` : found.error ? html`<${Failure} error=${found.error} />` : html`<p class="muted">Loading…</p>`}
    ${issued.revoked_at ? html`<p class="notice bad">Revoked <${Time} at=${issued.revoked_at} />: ${issued.revocation_reason}</p>` : html`<div class="row"><label for="revoke-reason">Revoke because of</label><select id="revoke-reason" class="inline" value=${why} onChange=${(event) => setWhy(event.target.value)}>${REASONS.map((word) => html`<option value=${word}>${word}</option>`)}</select>
      <${Button} kind="danger" onClick=${async () => { if (await attempt(() => call('POST', `/testbed/issued-certificates/${issued.serial}/revoke`, { reason: why }), 'Revoked; the device is refused from its next handshake on')) { onDone(); onClose(); } }}>Revoke<//></div>`}</div><//>`;
}

// --- issuers ------------------------------------------------------------------

const FIELDS = {
  CFSSL_AUTH: { attributes: [['host_url', 'Address', 'http://127.0.0.1:8888', true], ['cfssl_profile', 'Profile'], ['cfssl_label', 'Label'], ['trust_anchors', 'Trust anchors of its HTTPS, PEM']], credentials: [['hmac_hex_key', 'Authentication key, hexadecimal', '', true]] },
  EST: { attributes: [['host_url', 'Address', 'https://localhost:9443', true], ['trust_anchors', 'Trust anchors of its HTTPS, PEM', '', true], ['est_label', 'Label of the CA']], credentials: [['username', 'User'], ['password', 'Password'], ['client_certificate', 'Client certificate, PEM'], ['private_key', 'Private key, PEM']] },
};

function NewIssuer({ onClose, onDone }) {
  const [form, setForm] = useState({ issuer_type: 'CFSSL_AUTH', name: '', values: {} });
  const fields = FIELDS[form.issuer_type];
  const pick = (list) => Object.fromEntries(list.map(([name]) => [name, form.values[name]]).filter(([, value]) => value));
  const input = ([name, label, placeholder, required]) => html`<${Field} key=${name} id=${`issuer-${name}`} label=${label}>${/PEM/.test(label) ? html`<textarea id=${`issuer-${name}`} required=${required} value=${form.values[name] || ''} onInput=${(event) => setForm({ ...form, values: { ...form.values, [name]: event.target.value } })}></textarea>` : html`<input id=${`issuer-${name}`} type=${/key|Password/.test(label) ? 'password' : 'text'} autocomplete="off" placeholder=${placeholder || ''} required=${required} value=${form.values[name] || ''} onInput=${(event) => setForm({ ...form, values: { ...form.values, [name]: event.target.value } })} />`}<//>`;
  const send = async (event) => {
    event.preventDefault();
    const body = { name: form.name, issuer_type: form.issuer_type, issuer_attributes: pick(fields.attributes), issuer_credentials: pick(fields.credentials) };
    if (await attempt(() => call('POST', '/v3/certificate-issuers', body), `'${form.name}' is stored; verify it, then activate it`)) { onDone(); onClose(); }
  };
  return html`<${Dialog} title="New certificate issuer" onClose=${onClose}><form onSubmit=${send}>
    <${Field} id="issuer-type" label="Kind"><select id="issuer-type" value=${form.issuer_type} onChange=${(event) => setForm({ ...form, issuer_type: event.target.value, values: {} })}><option value="CFSSL_AUTH">CFSSL</option><option value="EST">EST (RFC 7030)</option></select><//>
    <${Field} id="issuer-name" label="Name"><input id="issuer-name" required maxlength="50" value=${form.name} onInput=${(event) => setForm({ ...form, name: event.target.value })} /><//>
    ${fields.attributes.map(input)}${fields.credentials.map(input)}
    <p class="hint">Credentials go in and never come out again.</p>
    <div class="row end"><${Button} onClick=${onClose}>Cancel<//><button type="submit" class="button primary">Store</button></div></form><//>`;
}

function Issuers() {
  const list = useLoaded(() => Promise.all([all('/v3/certificate-issuers'), get('/v3/certificate-issuer-configurations/lwm2m')]), []);
  const [making, setMaking] = useState(false);
  const activate = (id, name) => attempt(() => call('PUT', '/v3/certificate-issuer-configurations/lwm2m', { certificate_issuer_id: id }), `${name} signs LwM2M certificates from now on`).then(list.again);
  const verify = async (one) => {
    const said = await attempt(() => call('POST', `/v3/certificate-issuers/${one.id}/verify`), (answer) => `${one.name}: ${answer.successful ? 'it would sign' : answer.message}`);
    if (said) list.again();
  };
  if (list.error) return html`<${Failure} error=${list.error} again=${list.again} />`;
  if (!list.data) return html`<p class="muted">Loading…</p>`;
  const [issuers, configuration] = list.data;
  const active = configuration.certificate_issuer_id;
  const rows = [{ id: null, name: 'The account\'s own LwM2M device CA', issuer_type: 'OWN', health: 'good' }, ...issuers];
  return html`<div class="stack"><div class="toolbar"><p class="muted">One of them signs the LwM2M certificates of devices that bootstrap.</p><div class="row end"><${Curl} path="/v3/certificate-issuers" /><${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>New issuer<//></div></div>
    <${Table} label="Certificate issuers" columns=${[{ title: 'Name' }, { title: 'Kind' }, { title: 'Signs' }, { title: 'Health' }, { title: 'Address' }, { title: '' }]} rows=${rows.map((one) => ({ key: one.id || 'own', cells: [one.name, { OWN: 'own', CFSSL_AUTH: 'CFSSL', EST: 'EST', COMMAND: 'command', GLOBAL_SIGN: 'GlobalSign' }[one.issuer_type] || one.issuer_type,
      (active || null) === one.id ? html`<${Badge} tone="good">active<//>` : '', one.id ? html`<span title=${one.last_failure || ''}>${one.health}${one.last_failure ? html`: <span class="muted">${one.last_failure}</span>` : ''}</span>` : '', (one.issuer_attributes || {}).host_url || '',
      html`<span class="row">${(active || null) !== one.id && html`<${Button} kind="small" onClick=${() => activate(one.id, one.name)}>Activate<//>`}${one.id && html`<${Button} kind="small" onClick=${() => verify(one)}>Verify<//>`}${one.id && active !== one.id && html`<${Button} kind="small danger" onClick=${() => attempt(() => call('DELETE', `/v3/certificate-issuers/${one.id}`), `'${one.name}' is removed`).then(list.again)}>Remove<//>`}</span>`] }))} />
    <p class="muted">An issuer that is a command of this machine is configured on the machine alone: <code>onboard issuer add-command NAME --work-dir DIR -- PROGRAM</code>. It is shown here and can be verified and activated.</p>
    ${making && html`<${NewIssuer} onClose=${() => setMaking(false)} onDone=${list.again} />`}</div>`;
}

// --- developer ----------------------------------------------------------------

function Developer() {
  const list = useLoaded(() => all('/v3/trusted-certificates?device_execution_mode__eq=1'), []);
  const [name, setName] = useState('');
  const create = async (event) => {
    event.preventDefault();
    if (await attempt(() => call('POST', '/v3/developer-certificates', { name }), `'${name}' is made`)) { setName(''); list.again(); }
  };
  const download = (one) => attempt(async () => {
    const certificate = await get(`/v3/developer-certificates/${one.id}`);
    save('mbed_cloud_dev_credentials.c', certificate.security_file_content, 'text/x-c');
  });
  return html`<div class="stack"><form class="toolbar" onSubmit=${create}><div class="search"><input aria-label="Name of the developer certificate" placeholder="Name" required maxlength="100" value=${name} onInput=${(event) => setName(event.target.value)} /></div><button class="button primary" disabled=${!name}>Make a developer certificate</button><div class="row end"><${Curl} method="POST" path="/v3/developer-certificates" body=${{ name: name || 'my-board' }} /></div></form>
    ${list.error && html`<${Failure} error=${list.error} again=${list.again} />`}
    ${list.data && (list.data.length === 0 ? html`<section class="card"><${Empty} title="No developer certificate">One key and certificate that up to 100 devices share while you develop; its C file goes into the device's build.<//></section>` : html`
    <${Table} label="Developer certificates" columns=${[{ title: 'Name' }, { title: 'Made' }, { title: 'Ends' }, { title: '' }]} rows=${list.data.map((one) => ({ key: one.id, cells: [one.name, html`<${Time} at=${one.created_at} />`, html`<${Day} at=${one.validity} />`, html`<span class="row"><${Button} kind="small" icon="download" onClick=${() => download(one)}>C file<//><${Button} kind="small danger" onClick=${() => attempt(() => call('DELETE', `/v3/trusted-certificates/${one.id}`), `'${one.name}' is removed`).then(list.again)}>Remove<//></span>`] }))} />`)}</div>`;
}

// --- enrolments ---------------------------------------------------------------

function Enrollments() {
  const [pages, setPages] = useState(1);
  const list = useLoaded(() => get(`/v3/device-enrollments?limit=${Math.min(1000, pages * 100)}&order=DESC&include=total_count`), [pages]);
  const modes = useLoaded(() => all('/v3/trusted-certificates?enrollment_mode__eq=true'), []);
  const denials = useLoaded(async () => (await Promise.all((modes.data || []).map((one) => get(`/v3/device-enrollment-denials?trusted_certificate_id__eq=${one.id}&limit=100&order=DESC`)))).flatMap((page) => page.data), [modes.data]);
  const [identity, setIdentity] = useState('');
  const [report, setReport] = useState(null);
  const add = async (event) => {
    event.preventDefault();
    if (await attempt(() => call('POST', '/v3/device-enrollments', { enrollment_identity: identity.trim() }), 'On the list')) { setIdentity(''); list.again(); }
  };
  const upload = (path) => async (files) => {
    const body = new FormData();
    body.append('enrollment_identities', files[0]);
    const job = await attempt(() => call('POST', path, body), (answer) => `${count(answer.total_count)} lines, ${count(answer.errors_count)} refused`);
    if (job) setReport(await text(`/testbed/enrollment-jobs/${job.id}/report`));
    list.again();
  };
  return html`<div class="stack"><p class="muted">A CA in enrolment mode admits only the devices on this list, by the digest of their factory certificates${modes.data ? `; ${modes.data.length === 0 ? 'no CA is in that mode now' : `${modes.data.map((one) => one.name).join(', ')} ${modes.data.length === 1 ? 'is' : 'are'}`}` : ''}.</p>
    <div class="grid"><div class="span-6"><${Card} title="One device"><form onSubmit=${add}><${Field} id="identity" label="Enrolment identity" hint="A- and 32 octets in hexadecimal, with colons"><input id="identity" aria-describedby="identity-hint" class="mono" required value=${identity} onInput=${(event) => setIdentity(event.target.value)} /><//><button class="button" disabled=${!identity}>Add</button></form><//></div>
    <div class="span-6"><${Card} title="Many devices"><div class="grid"><div class="span-6"><${Drop} onFiles=${upload('/v3/device-enrollments-bulk-uploads')} label="Add a CSV">Put a CSV of identities on the list<//></div><div class="span-6"><${Drop} onFiles=${upload('/v3/device-enrollments-bulk-deletes')} label="Remove by CSV">Take a CSV of identities off<//></div></div><//></div></div>
    ${report && html`<${Card} title="What became of each line" actions=${html`<${Button} kind="small" icon="download" onClick=${() => save('report.csv', report, 'text/csv')}>Report<//>`}><pre tabindex="0">${report.split('\n').slice(0, 30).join('\n')}</pre><//>`}
    ${list.error && html`<${Failure} error=${list.error} again=${list.again} />`}
    ${list.data && (list.data.data.length === 0 ? html`<section class="card"><${Empty} title="The list is empty">Add a device's identity: <code>onboard enrollment add A-…</code>, or here.<//></section>` : html`<${Table} label="Enrolments" columns=${[{ title: 'Identity' }, { title: 'Claimed by' }, { title: 'Added' }, { title: '' }]} rows=${list.data.data.map((one) => ({ key: one.id, cells: [html`<span class="mono">${one.enrollment_identity}</span>`, one.enrolled_device_id ? html`<span class="mono">${one.enrolled_device_id}</span>` : html`<span class="muted">nobody yet</span>`, html`<${Time} at=${one.created_at} />`, html`<${Button} kind="small danger" onClick=${() => attempt(() => call('DELETE', `/v3/device-enrollments/${one.id}`), 'Off the list').then(list.again)}>Remove<//>`] }))} />
    <div class="row between"><span class="muted" role="status">${count(list.data.total_count ?? list.data.data.length)} on the list</span>${list.data.has_more && pages < 10 && html`<${Button} onClick=${() => setPages(pages + 3)}>Show more<//>`}</div>`)}
    ${denials.data && denials.data.length > 0 && html`<${Card} title="Denied, since they are not on the list"><ul class="requests">${denials.data.map((one) => html`<li key=${one.id}><a href=${`#/devices/${enc(one.endpoint_name)}`}>${one.endpoint_name}</a><${Time} at=${one.created_at} /></li>`)}</ul><//>`}</div>`;
}

const PARTS = { trusted: Trusted, issued: Issued, issuers: Issuers, developer: Developer, enrollments: Enrollments };

export default function Certificates({ parts }) {
  const tab = PARTS[parts[0]] ? parts[0] : 'trusted';
  const Part = PARTS[tab];
  return html`<div class="page-head"><h1>Certificates</h1></div>
    <${Tabs} label="Kinds of certificates" current=${tab} tabs=${TABS.map(([id, title]) => [id, title, `#/certificates/${id}`])} />
    <${Part} key=${tab} />`;
}
