// The flow as a picture, live; counts, rates, refusals by reason, what happened lately.
import { html, useState, useEffect, useRef } from '../vendor/preact-htm.js';
import { stream, enc } from '../lib/api.js';
import { useOverview } from '../lib/live.js';
import { Card, Button, Empty, Failure, Curl, Time } from '../lib/ui.js';
import { count, clock, sentence, reason, party, stage } from '../lib/words.js';
import { NewDevices } from './new-devices.js';

const rate = (value) => (value ? `${value}/s` : '');

// where things stand in the picture
const NODES = {
  factory: [14, 150, 216, 92],
  bootstrap: [404, 150, 232, 92],
  lwm2m: [808, 150, 216, 92],
  account: [404, 14, 232, 84],
  issuer: [808, 14, 216, 84],
};
const EDGES = {
  connect: 'M230 180 H404',
  register: 'M122 242 C220 318 800 318 908 242',
  ask: 'M520 150 V98',
  issue: 'M636 56 H808',
  deliver: 'M404 214 H230',
};

/** Devices on their way: at most so many dots at once, whatever happens. */
const MOST_DOTS = 24;
/** So many events from before the page was opened. */
const LATELY = 12;
function edgeOf(event) {
  if (event.outcome !== 'ok') {
    if (event.stage === 'bootstrap-handshake' && event.party === 'bootstrap-server') return ['connect', 'bad'];
    if (event.stage === 'lwm2m-handshake' && event.party === 'lwm2m-server') return ['register', 'bad'];
    return null;
  }
  if (event.stage === 'bootstrap-handshake' && event.party === 'bootstrap-server') return ['connect', ''];
  if (event.stage === 'admission' && event.party === 'bootstrap-server') return ['ask', ''];
  if (event.stage === 'issued') return ['issue', 'issuer'];
  if (event.stage === 'finished' && event.party === 'bootstrap-server') return ['deliver', ''];
  if (event.stage === 'registered' && event.party === 'lwm2m-server') return ['register', 'good'];
  return null;
}

function Flow({ overview, layer }) {
  const phases = overview.phases;
  const per = overview.per_second;
  const known = overview.devices - phases.made - phases.off;
  const node = (id, title, big, sub, active) => {
    const [x, y, w, h] = NODES[id];
    return html`<g><rect class=${`node ${active ? 'active' : ''}`} x=${x} y=${y} width=${w} height=${h} rx="12" />
      <text class="title" x=${x + 14} y=${y + 25}>${title}</text>
      ${big !== null && html`<text class="big" x=${x + 14} y=${y + 53}>${big}</text>`}
      <text class="sub" x=${x + 14} y=${y + h - 13}>${sub}</text></g>`;
  };
  const words = `${count(overview.devices)} devices made; ${count(phases.bootstrapping)} at the bootstrap server, ${count(phases.registered)} registered, ${count(phases.refused)} refused.`;
  return html`<svg class="flow" viewBox="0 0 1038 312" role="img" aria-label=${words}>
    <defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="head" d="M0 0 8 4 0 8z" /></marker></defs>
    <path class="edge" d=${EDGES.connect} marker-end="url(#head)" /><path class="edge" d=${EDGES.register} marker-end="url(#head)" />
    <path class="edge soft" d=${EDGES.ask} marker-end="url(#head)" /><path class="edge soft" d=${EDGES.issue} marker-end="url(#head)" /><path class="edge" d=${EDGES.deliver} marker-end="url(#head)" />
    <g ref=${layer}></g>
    ${node('factory', 'Factory, devices', count(overview.devices), `${count(known)} switched on`, false)}
    ${node('bootstrap', 'Bootstrap server', count(phases.bootstrapping), `bootstrapping · ${count(overview.totals.bootstrapped)} served`, per.connected > 0)}
    ${node('lwm2m', 'LwM2M server', count(phases.registered), `registered · ${count(phases.registering)} registering`, per.registered > 0)}
    ${node('account', 'Account', null, `${count(overview.trusted_certificates)} trusted ${overview.trusted_certificates === 1 ? 'certificate' : 'certificates'}`, false)}
    ${node('issuer', overview.active_issuer ? 'Third-party CA' : 'Own device CA', count(overview.totals.issued), overview.active_issuer || 'certificates issued', per.issued > 0)}
    <text class="sub" x="418" y="60">admits, refuses, remembers</text>
    <text class="edge-label" x="317" y="171" text-anchor="middle">factory certificate</text>
    <text class="edge-label" x="317" y="231" text-anchor="middle">LwM2M key, certificate</text>
    <text class="edge-label" x="722" y="47" text-anchor="middle">has it signed</text>
    <text class="edge-label" x="515" y="290" text-anchor="middle">LwM2M certificate, registration</text>
    <text class="rate" x="317" y="198" text-anchor="middle">${rate(per.connected)}</text>
    <text class="rate" x="722" y="74" text-anchor="middle">${rate(per.issued)}</text>
    <text class="rate" x="660" y="290" text-anchor="middle">${rate(per.registered)}</text>
    ${phases.refused > 0 && html`<text class="refused" x="418" y="264">${count(phases.refused)} refused now</text>`}
  </svg>`;
}

function Chart({ series }) {
  const width = 720;
  const height = 180;
  const left = 34;
  const values = series.registered.map((value) => value / series.step_s);
  const refused = series.refused.map((value) => value / series.step_s);
  const top = Math.max(1, ...values, ...refused);
  const nice = top <= 1 ? 1 : Math.ceil(top / 5) * 5;
  const x = (index) => left + (index / (values.length - 1)) * (width - left - 6);
  const y = (value) => height - 22 - (value / nice) * (height - 34);
  const line = values.map((value, index) => `${index ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const from = new Date(series.from).getTime();
  const at = (index) => clock(new Date(from + index * series.step_s * 1000));
  const ticks = [0, Math.round((values.length - 1) / 3), Math.round((2 * (values.length - 1)) / 3), values.length - 1];
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  return html`<svg class="chart" viewBox=${`0 0 ${width} ${height}`} role="img"
      aria-label=${`The last ten minutes: ${sum(series.registered)} registrations, ${sum(series.refused)} refusals.`}>
    ${[0, nice / 2, nice].map((value) => html`<g><line class="grid-line" x1=${left} x2=${width - 6} y1=${y(value)} y2=${y(value)} /><text class="axis" x=${left - 6} y=${y(value) + 4} text-anchor="end">${value}</text></g>`)}
    <path class="area" d=${`${line}L${x(values.length - 1)} ${y(0)}L${x(0)} ${y(0)}z`} /><path class="line" d=${line} />
    ${refused.map((value, index) => value > 0 && html`<rect class="bar" x=${x(index) - 1.6} width="3.2" y=${y(value)} height=${y(0) - y(value)} />`)}
    ${ticks.map((index, place) => html`<text class="axis" x=${x(index)} y=${height - 5} text-anchor=${place === 0 ? 'start' : place === 3 ? 'end' : 'middle'}>${at(index)}</text>`)}
  </svg>`;
}

function Reasons({ refusals }) {
  if (refusals.length === 0) return html`<p class="muted">Nobody was refused.</p>`;
  const most = refusals[0].count;
  return html`<ol class="reasons">${refusals.slice(0, 8).map((one) => html`<li key=${one.reason}>
    <a href=${`#/devices?reason=${enc(one.reason)}`}><span class="reason-line"><span class="reason-name">${reason(one.reason)}</span><span>${count(one.count)}</span></span>
    <span class="meter" aria-hidden="true"><i style=${{ width: `${Math.max(3, (100 * one.count) / most)}%` }}></i></span>
    <span class="muted">${one.refused_by ? `by the ${party(one.refused_by)}` : 'nobody refused'} · ${stage(one.stage)}${one.last_endpoint ? ` · last ${one.last_endpoint}` : ''}</span></a></li>`)}</ol>`;
}

/** The stream of events: dots in the picture, and the last dozen as text, both drawn once a frame however many come. */
function useEvents(layer, begin) {
  const [recent, setRecent] = useState({ events: [], more: 0 });
  useEffect(() => {
    if (begin === null) return undefined;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const dots = [];
    const waiting = [];
    let list = [];
    let arrived = 0;
    let frame = 0;
    let told = 0;
    const draw = (now) => {
      frame = 0;
      while (layer.current && dots.length < MOST_DOTS && waiting.length) {
        const [edge, tone] = waiting.shift();
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        path.setAttribute('d', EDGES[edge]);
        const dot = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
        dot.setAttribute('r', '5');
        dot.setAttribute('class', `dot ${tone}`);
        dots.push({ dot, path, length: path.getTotalLength(), from: now + Math.random() * 120 });
        layer.current.append(dot);
      }
      waiting.length = 0;
      for (let index = dots.length - 1; index >= 0; index--) {
        const one = dots[index];
        const part = Math.max(0, (now - one.from) / 900);
        if (part >= 1) {
          one.dot.remove();
          dots.splice(index, 1);
        } else {
          const point = one.path.getPointAtLength(part * one.length);
          one.dot.setAttribute('cx', point.x);
          one.dot.setAttribute('cy', point.y);
        }
      }
      if (arrived && now - told > 250) {
        told = now;
        setRecent({ events: list.slice(0, 12), more: arrived });
        arrived = 0;
      }
      if (dots.length || arrived) frame = requestAnimationFrame(draw);
    };
    const close = stream(`/testbed/events?after=${begin}`, (name, event) => {
      if (name !== 'event') return;
      arrived++;
      list.unshift(event);
      if (list.length > 40) list = list.slice(0, 12);
      const edge = still || event.id <= begin + LATELY ? null : edgeOf(event);
      if (edge && waiting.length < MOST_DOTS) waiting.push(edge);
      if (!frame && !document.hidden) frame = requestAnimationFrame(draw);
    });
    return () => {
      close();
      cancelAnimationFrame(frame);
      dots.forEach((one) => one.dot.remove());
    };
  }, [begin]);
  return recent;
}

export default function Overview() {
  const { overview, failure } = useOverview();
  const layer = useRef(null);
  const begin = useRef(null);
  if (overview && begin.current === null) begin.current = Math.max(0, overview.last_event_id - LATELY);
  const recent = useEvents(layer, begin.current);
  const [making, setMaking] = useState(false);
  if (failure && !overview) return html`<${Failure} error=${failure} />`;
  if (!overview) return html`<div class="page-head"><h1>Overview</h1></div><p class="muted" aria-busy="true">Loading…</p>`;
  const phases = overview.phases;
  const moving = phases.starting + phases.bootstrapping + phases.registering;
  const tile = (label, value, tone, href) => html`<a class=${`tile ${value > 0 ? tone : ''}`} href=${href}><div class="value">${count(value)}</div><div class="label">${label}</div></a>`;
  return html`
    <div class="page-head"><h1>Overview</h1><div class="row end"><${Curl} path="/testbed/overview" /><${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>New devices<//></div></div>
    <div class="tiles">
      ${tile('devices', overview.devices, '', '#/devices')}
      ${tile('registered', phases.registered, 'good', '#/devices?phase=registered')}
      ${tile('on their way', moving, 'moving', '#/devices?phase=bootstrapping')}
      ${tile('refused', phases.refused, 'bad', '#/devices?phase=refused')}
      ${tile('failed without a refusal', phases.failed, 'bad', '#/devices?phase=failed')}
    </div>
    <div class="grid">
      <div class="span-12"><${Card} id="flow" title="From the factory to a registration"><div class="scroll-x"><${Flow} overview=${overview} layer=${layer} /></div><//></div>
      ${overview.devices === 0 && html`<div class="span-12"><section class="card"><${Empty} title="No device yet" actions=${html`<${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>Make ten devices<//><a class="button" href="#/scenarios">Run a scenario</a>`}>
        The factory makes devices with certificates of their own. Switched on, they bootstrap and register, and you see each step here.<//></section></div>`}
      <div class="span-8"><${Card} id="chart" title="The last ten minutes" actions=${html`<div class="legend"><span>registrations per second</span><span class="bad">refusals per second</span></div>`}><${Chart} series=${overview.series} /><//></div>
      <div class="span-4"><${Card} id="refusals" title="Refused, by reason"><${Reasons} refusals=${overview.refusals} /><//></div>
      <div class="span-12"><${Card} id="recent" title="What happens" actions=${overview.per_second.events > 0 && html`<span class="muted">${count(overview.per_second.events)} events per second</span>`}>
        ${recent.events.length === 0 ? html`<p class="muted">Nothing so far.</p>` : html`<ol class="feed">${recent.events.map((event) => html`
          <li key=${event.id}><${Time} at=${event.time} short /><span>${event.endpoint ? html`<a href=${`#/devices/${enc(event.endpoint)}`}>${event.endpoint}</a>` : html`<span class="muted">${party(event.party)}</span>`}</span><span class=${event.outcome === 'ok' ? '' : 'bad'}>${sentence(event)}</span></li>`)}</ol>`}<//></div>
    </div>
    ${making && html`<${NewDevices} count=${10} onClose=${() => setMaking(false)} />`}`;
}
