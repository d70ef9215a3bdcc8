// The verdict of explain, and the button that repairs what it found.
import { html, useState } from '../vendor/preact-htm.js';
import { call } from './api.js';
import { Button, Facts, Copy, Curl, Badge, attempt } from './ui.js';
import { reason, party, stage } from './words.js';
import { Upload } from './upload.js';

export const alertText = (verdict) => verdict.alert == null ? '' : `${verdict.alert} ${verdict.alert_name || ''}${verdict.class ? ` — the device ${verdict.class === 'fail' ? 'does not try again with what it has' : verdict.class === 'retry' ? 'tries again' : 'goes on'}` : ''}`;

/** A verdict on a chain: trusted, or the first rule that failed. */
export function Verdict({ verdict, title }) {
  const good = verdict.verdict === 'trusted';
  return html`<div class="why"><div class="row"><${Badge} tone=${good ? 'good' : 'bad'}>${good ? 'trusted' : 'refused'}<//><strong>${title}</strong>${!good && html`<span class="muted">${reason(verdict.reason)}</span>`}</div>
    ${!good && html`<${Facts} rows=${[['Because', verdict.detail], ['Certificate', verdict.certificate && `${verdict.certificate.subject}${verdict.certificate.serial ? `, serial ${verdict.certificate.serial}` : ''}`], ['Rule', verdict.clause], ['Alert', alertText(verdict)], ['To repair it', verdict.fix]]} />`}
    ${good && verdict.path.length > 0 && html`<p class="muted">Path: ${verdict.path.map((one) => one.subject).join(' ← ')}</p>`}
    ${verdict.findings.length > 0 && html`<p class="muted">Noted: ${verdict.findings.map((one) => one.detail).join('; ')}</p>`}</div>`;
}

/** Sends the requests of a remedy, one after the other. */
export function Fix({ remedy, onFixed }) {
  const [busy, setBusy] = useState(false);
  const [upload, setUpload] = useState(false);
  if (!remedy) return null;
  const fix = async () => {
    setBusy(true);
    const done = await attempt(async () => {
      for (const request of remedy.requests) await call(request.method, request.path, request.body);
    }, `Done: ${remedy.label}`);
    setBusy(false);
    if (done && onFixed) onFixed();
  };
  if (!remedy.possible) {
    return html`<div class="row"><${Button} kind="primary" onClick=${() => setUpload(true)}>${remedy.label}<//></div>
      ${upload && html`<${Upload} service=${remedy.service} onClose=${() => setUpload(false)} onDone=${onFixed} />`}`;
  }
  return html`<div class="row"><button type="button" class="button primary" id="fix" disabled=${busy} onClick=${fix}>${busy ? 'Working…' : remedy.label}</button>
    <${Copy} label="Copy as curl" text=${() => remedy.requests.map((request) => curlOf(request)).join('\n')} /></div>`;
}
import { curl } from './api.js';
const curlOf = (request) => curl(request.method, request.path, request.body);

/** Why a device is refused: both sides, the rule, the fix. */
export function Why({ explanation, onFixed }) {
  const event = explanation.event;
  const by = event.refused_by ? `Refused by the ${party(event.refused_by)}` : 'It failed; nobody refused';
  return html`<div class="why"><p class="verdict">${by}: ${reason(explanation.reason)}</p>
    <${Facts} rows=${[
      ['Step', stage(event.stage)],
      ['Because', explanation.detail],
      ['Certificate', explanation.certificate && explanation.certificate.subject],
      ['Serial', explanation.certificate && explanation.certificate.serial && html`<span class="mono">${explanation.certificate.serial}</span>`],
      ['Alert on the wire', alertText(explanation)],
      ['Rule', explanation.clause],
      ['The other side says', explanation.other_side && (explanation.other_side.detail || reason(explanation.other_side.reason))],
    ]} />
    <div class="fix"><div><h3>To repair it</h3><p>${explanation.fix}</p></div><${Fix} remedy=${explanation.remedy} onFixed=${onFixed} /></div></div>`;
}
