// Uploads a CA certificate: dropped or chosen, looked at first.
import { html, useState, useRef } from '../vendor/preact-htm.js';
import { call } from './api.js';
import { Dialog, Field, Button, Chain, Failure, attempt } from './ui.js';
import { commonName } from './words.js';

/** A file's bytes as base64. */
export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] || '');
    reader.onerror = () => reject(new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
}

/** Asks the testbed what is in these files. */
export async function explained(files, password) {
  const all = [];
  for (const file of files) all.push(await call('POST', '/testbed/explain', { name: file.name, content: await base64(file), ...(password ? { password } : {}) }));
  return all;
}

/** Whether a PKCS#12 container did not open: somebody has to be asked for its password. */
export const wantsPassword = (failure) => failure.faulty === 'password';

/** Asks for the password of a PKCS#12 container; it is sent with the file and kept nowhere. */
export function Password({ files, error, onOpen }) {
  const [password, setPassword] = useState('');
  return html`<div class="stack" role="group" aria-label="Password">${error && html`<${Failure} error=${error} />`}
    <${Field} id="p12-password" label=${`Password of ${files.map((file) => file.name).join(', ')}`} hint="It goes to this testbed with the file, and is not stored."><input id="p12-password" type="password" autocomplete="off" aria-describedby="p12-password-hint" value=${password} onInput=${(event) => setPassword(event.target.value)} /><//>
    <div class="row end"><${Button} disabled=${!password} onClick=${() => onOpen(password)}>Open<//></div></div>`;
}

export function Drop({ onFiles, children, label = 'Choose a file' }) {
  const [over, setOver] = useState(false);
  const input = useRef(null);
  const drop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    dispatchEvent(new Event('drop-done'));
    onFiles([...event.dataTransfer.files]);
  };
  return html`<div class=${`drop ${over ? 'over' : ''}`} onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <p>${children}</p><${Button} onClick=${() => input.current.click()}>${label}<//>
    <input ref=${input} type="file" class="visually-hidden" tabindex="-1" aria-label=${label} multiple onChange=${(event) => { onFiles([...event.target.files]); event.target.value = ''; }} /></div>`;
}

export function Upload({ service = 'bootstrap', onClose, onDone, files }) {
  const [found, setFound] = useState(files || null);
  const [error, setError] = useState(null);
  const [locked, setLocked] = useState(null);
  const [form, setForm] = useState({ name: files ? nameOf(files) : '', service, enrollment_mode: false, active: true });
  const take = async (chosen, password) => {
    try {
      setError(null);
      const contents = await explained(chosen, password);
      setLocked(null);
      setFound(contents);
      setForm((old) => ({ ...old, name: old.name || nameOf(contents) }));
    } catch (failure) {
      setLocked(wantsPassword(failure) ? chosen : null);
      setError(failure);
    }
  };
  const certificates = found ? found.flatMap((one) => one.certificates) : [];
  const body = { name: form.name, service: form.service, certificate: certificates.map((one) => one.pem).join(''), status: form.active ? 'ACTIVE' : 'INACTIVE', enrollment_mode: form.enrollment_mode };
  const send = async (event) => {
    event.preventDefault();
    const done = await attempt(() => call('POST', '/v3/trusted-certificates', body), `'${form.name}' is trusted for ${form.service}`);
    if (done) {
      if (onDone) onDone();
      onClose();
    }
  };
  return html`<${Dialog} title="Upload a trusted certificate" onClose=${onClose} wide><form onSubmit=${send}>
    <${Drop} onFiles=${take} label=${found ? 'Choose another file' : 'Choose a file'}>Drop a CA certificate or a chain: PEM, DER, PKCS#12, hex, in any order.<//>
    ${locked ? html`<${Password} files=${locked} error=${error} onOpen=${(password) => take(locked, password)} />` : error && html`<${Failure} error=${error} />`}
    ${found && certificates.length === 0 && html`<${Failure} error="There is no certificate in it; a key or a revocation list admits nobody." />`}
    ${certificates.length > 0 && html`<h3 class="spaced">What is in it</h3><${Chain} certificates=${certificates} />
      ${certificates.some((one) => !one.is_ca) && html`<p class="notice">The file holds a certificate that is no CA's. The account may refuse it.</p>`}
      <div class="grid spaced"><div class="span-6"><${Field} id="up-name" label="Name"><input id="up-name" required maxlength="100" value=${form.name} onInput=${(event) => setForm({ ...form, name: event.target.value })} /><//></div>
      <div class="span-6"><${Field} id="up-service" label="At which server it counts"><select id="up-service" value=${form.service} onChange=${(event) => setForm({ ...form, service: event.target.value })}><option value="bootstrap">Bootstrap server: factory certificates</option><option value="lwm2m">LwM2M server: LwM2M certificates</option></select><//></div></div>
      <label class="check"><input type="checkbox" checked=${form.active} onChange=${(event) => setForm({ ...form, active: event.target.checked })} /> It counts from the next handshake on</label>
      <label class="check"><input type="checkbox" checked=${form.enrollment_mode} onChange=${(event) => setForm({ ...form, enrollment_mode: event.target.checked })} /> Only devices on the enrolment list</label>`}
    <div class="row end"><${Button} onClick=${onClose}>Cancel<//><button type="submit" class="button primary" disabled=${certificates.length === 0}>Upload</button></div></form><//>`;
}

function nameOf(contents) {
  const first = contents.flatMap((one) => one.certificates).find((one) => one.is_ca) || contents.flatMap((one) => one.certificates)[0];
  return first ? commonName(first.subject).slice(0, 100) : '';
}

