// What is in a file, and what each party of this testbed would say of it. Files dropped anywhere end here.
import { html, useState, useEffect } from '../vendor/preact-htm.js';
import { Card, Chain, Failure, Empty, Badge, Button, tell } from '../lib/ui.js';
import { Drop, Upload, Password, explained, wantsPassword } from '../lib/upload.js';
import { Verdict } from '../lib/why.js';

const PURPOSES = {
  'device-bootstrap': 'As a factory certificate, at the bootstrap server',
  'device-lwm2m': 'As an LwM2M certificate, at the LwM2M server',
  'bootstrap-server': 'As the bootstrap server\'s, at a device',
  'lwm2m-server': 'As the LwM2M server\'s, at a device',
};

let results = [];
let locked = null;
const watchers = new Set();

/** Has files explained and goes to where it stands. */
export async function explainFiles(files, password) {
  try {
    results = await explained(files, password);
    locked = null;
  } catch (failure) {
    if (!wantsPassword(failure)) {
      tell(failure.message, 'bad');
      return;
    }
    locked = { files, error: password ? failure : null };
  }
  watchers.forEach((watcher) => watcher());
  location.hash = '#/explain';
}

function Contents({ contents }) {
  const [upload, setUpload] = useState(false);
  const authorities = contents.certificates.filter((one) => one.is_ca);
  return html`<${Card} title=${contents.name} actions=${html`<${Badge}>${contents.format}<//>`}>
    <div class="stack">
      ${contents.verdicts.map((verdict) => html`<${Verdict} key=${verdict.purpose} verdict=${verdict} title=${PURPOSES[verdict.purpose] || verdict.purpose} />`)}
      ${contents.keys.map((key, index) => html`<p class="notice" key=${index}>A private key (${key.algorithm})${key.certificate == null ? ', which belongs to no certificate of this file' : `, which belongs to certificate ${key.certificate + 1}`}. It stays in your browser's and this testbed's memory only; it is not stored.</p>`)}
      ${contents.revocation_lists > 0 && html`<p class="notice">${contents.revocation_lists} revocation ${contents.revocation_lists === 1 ? 'list' : 'lists'}. It counts when it is added to its CA, under Certificates.</p>`}
      ${contents.certificates.length > 0 && html`<div><h3>Certificates, as they stand in the file</h3><${Chain} certificates=${contents.certificates} open /></div>`}
      ${authorities.length > 0 && html`<div class="row"><${Button} kind="primary" onClick=${() => setUpload(true)}>Trust this CA…<//></div>`}
    </div>
    ${upload && html`<${Upload} files=${[{ ...contents, certificates: authorities }]} onClose=${() => setUpload(false)} />`}<//>`;
}

export default function Explain() {
  const [, setTurn] = useState(0);
  useEffect(() => {
    const watcher = () => setTurn((value) => value + 1);
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, []);
  return html`<div class="page-head"><h1>Explain</h1><p>Whether a chain would be trusted here, by whom, and if not, the first rule that fails and what to do.</p></div>
    <div class="stack"><${Drop} onFiles=${explainFiles}>Drop certificates, chains, bundles, keys or PKCS#12 here, or onto any other page.<//>
    ${locked && html`<${Card} title="A container with a password"><${Password} files=${locked.files} error=${locked.error} onOpen=${(password) => explainFiles(locked.files, password)} /><//>`}
    ${results.length === 0 ? html`<section class="card"><${Empty} title="Nothing to explain yet">On the command line: <code>onboard explain --chain device.pem --trust ca.pem --purpose device-bootstrap</code><//></section>` : results.map((contents, index) => html`<${Contents} key=${contents.name + index} contents=${contents} />`)}</div>`;
}
