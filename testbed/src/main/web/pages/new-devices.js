// Has the factory make devices.
import { html, useState, useRef } from '../vendor/preact-htm.js';
import { call } from '../lib/api.js';
import { Dialog, Field, Button, Curl, attempt, useDocument } from '../lib/ui.js';
import { count as words } from '../lib/words.js';

const COMMON = ['expired', 'not-yet-valid', 'wrong-extended-key-usage', 'wrong-key-usage', 'bad-signature', 'unknown-critical-extension', 'sha1-signature'];

/** So many in one request: an order of thousands shows how far it is and can be stopped. */
const PART = 100;

export function NewDevices({ count = 1, onClose, onMade }) {
  const [order, setOrder] = useState({ count, prefix: 'device-', mode: 'bootstrap', chain_depth: 1, defect: '', upload_ca: true, power_on: true });
  const [done, setDone] = useState(null);
  const stop = useRef(false);
  const busy = done !== null;
  const { data: defects } = useDocument('/testbed/defects');
  const set = (name) => (event) => setOrder({ ...order, [name]: event.target.type === 'checkbox' ? event.target.checked : event.target.type === 'number' ? Number(event.target.value) : event.target.value });
  const body = { ...order };
  if (!body.defect) delete body.defect;
  const make = async (event) => {
    event.preventDefault();
    stop.current = false;
    let made = 0;
    setDone(0);
    const all = await attempt(async () => {
      // how many may share a developer certificate is for the testbed to say, of the whole order
      const most = order.mode === 'developer' ? order.count : PART;
      while (made < order.count && !stop.current) {
        const part = await call('POST', '/testbed/simulated-devices', { ...body, count: Math.min(most, order.count - made) });
        made += part.made;
        setDone(made);
      }
      return made;
    }, () => `${words(made)} ${made === 1 ? 'device' : 'devices'} made${order.power_on ? ' and switched on' : ''}`);
    setDone(null);
    if (made > 0 && onMade) onMade(made);
    if (all) onClose();
  };
  const others = (defects ? defects.defects : []).filter((word) => !COMMON.includes(word));
  return html`<${Dialog} title="New devices" onClose=${onClose}><form onSubmit=${make}>
    <div class="grid">
      <div class="span-6"><${Field} id="new-count" label="How many"><input id="new-count" type="number" min="1" max="10000" required value=${order.count} onInput=${set('count')} /><//></div>
      <div class="span-6"><${Field} id="new-prefix" label="Names begin with"><input id="new-prefix" type="text" required maxlength="58" value=${order.prefix} onInput=${set('prefix')} /><//></div>
      <div class="span-6"><${Field} id="new-mode" label="Mode"><select id="new-mode" value=${order.mode} onChange=${set('mode')}><option value="bootstrap">Bootstrap</option><option value="lwm2m">LwM2M, no bootstrap</option><option value="developer">Developer, one certificate for all</option></select><//></div>
      <div class="span-6"><${Field} id="new-depth" label="CAs above the certificate"><input id="new-depth" type="number" min="1" max="5" required value=${order.chain_depth} onInput=${set('chain_depth')} /><//></div>
    </div>
    <${Field} id="new-defect" label="What is wrong with the certificates" hint="A device with a defect is refused, and its page says why."><select id="new-defect" aria-describedby="new-defect-hint" value=${order.defect} onChange=${set('defect')} disabled=${order.mode === 'developer'}>
      <option value="">nothing: they are good</option>${COMMON.map((word) => html`<option value=${word}>${word}</option>`)}${others.map((word) => html`<option value=${word}>${word}</option>`)}</select><//>
    <label class="check"><input type="checkbox" checked=${order.upload_ca} onChange=${set('upload_ca')} /> Upload the factory's CA, unless it is trusted</label>
    <label class="check"><input type="checkbox" checked=${order.power_on} onChange=${set('power_on')} /> Switch them on</label>
    ${busy && order.count > PART && html`<div class="progress" role="progressbar" aria-label="Devices made" aria-valuemin="0" aria-valuemax=${order.count} aria-valuenow=${done}><i style=${{ width: `${(100 * done) / order.count}%` }}></i></div>`}
    <div class="row between"><${Curl} method="POST" path="/testbed/simulated-devices" body=${body} /><div class="row"><${Button} onClick=${busy ? () => { stop.current = true; } : onClose}>${busy ? 'Stop' : 'Cancel'}<//><button type="submit" class="button primary" disabled=${busy}>${busy ? (order.count > PART ? `${words(done)} of ${words(order.count)} made` : 'Making…') : 'Make'}</button></div></div>
  </form><//>`;
}
