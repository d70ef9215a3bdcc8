// An onboarding as a sequence diagram, out of the journal's events: what both sides tell of one step is one arrow.
import { html } from '../vendor/preact-htm.js';
import { millis, reason, commonName } from './words.js';

const LANES = [['device', 'Device', 190], ['bootstrap', 'Bootstrap server', 420], ['account', 'Account, issuer', 640], ['lwm2m', 'LwM2M server', 850]];
const X = Object.fromEntries(LANES.map(([id, , x]) => [id, x]));
const PAIRED = ['bootstrap-handshake', 'admission', 'enrolled', 'written', 'finished', 'lwm2m-handshake', 'registered', 'updated', 'deregistered'];

/** The events of the last attempt: since the device was switched on, or began again after it had waited. */
export function lastOnboarding(events) {
  const begins = (event) => event.stage === 'power' && (event.facts || {}).action === 'on' || event.stage === 'fallback';
  let from = 0;
  events.forEach((event, index) => {
    // a wait at the very end belongs to the attempt before it
    if (begins(event) && events.slice(index + 1).some((later) => later.party === 'device' && /handshake/.test(later.stage))) from = index;
  });
  const registered = events.findIndex((event, index) => index >= from && event_(event, 'registered', 'device'));
  let upTo = registered < 0 ? events.length : registered + 1;
  // the server's word on the last step may come after the device's
  while (upTo < events.length && events[upTo].stage === 'registered') upTo++;
  return events.slice(from, upTo);
}
const event_ = (event, stage, party) => event.stage === stage && event.party === party && event.outcome === 'ok';

const hearsay = (event) => /^(alert|response)-/.test(event.reason || '');

function join(events) {
  const steps = [];
  for (const event of events) {
    const path = event.facts && event.facts.path;
    const fits = PAIRED.includes(event.stage) && steps.find((step) => !step.other && step.event.stage === event.stage && step.event.party !== event.party
      && (!['written', 'enrolled'].includes(event.stage) || (step.event.facts || {}).path === path && (step.event.facts || {}).operation === (event.facts || {}).operation));
    if (fits) {
      fits.other = event;
      // the one who knows why speaks
      if (event.outcome !== 'ok' && fits.event.outcome !== 'ok' && hearsay(fits.event)) [fits.event, fits.other] = [event, fits.event];
    } else {
      steps.push({ event, other: null });
    }
  }
  return steps;
}

/** From, to, what is written on the arrow. */
function drawn(step) {
  const { event } = step;
  const facts = event.facts || {};
  const bad = event.outcome !== 'ok';
  const why = bad ? `${reason(event.reason)}${event.alert != null ? `, alert ${event.alert}` : ''}` : '';
  const both = (from, to, label, tone) => ({ from, to, label: bad ? why : label, tone: bad ? 'bad' : tone });
  const back = (server) => (bad && event.refused_by && event.refused_by !== 'device' ? [server, 'device'] : ['device', server]);
  switch (event.stage) {
    case 'bootstrap-handshake': { const [from, to] = back('bootstrap'); return { ...both(from, to, 'DTLS handshake, factory certificate', ''), double: !bad }; }
    case 'lwm2m-handshake': { const [from, to] = back('lwm2m'); return { ...both(from, to, 'DTLS handshake, LwM2M certificate', ''), double: !bad }; }
    case 'admission': { const [from, to] = back('bootstrap'); return both(from, to, 'POST /bs', ''); }
    case 'enrolled': { const server = event.party === 'lwm2m-server' || (step.other && step.other.party === 'lwm2m-server') ? 'lwm2m' : 'bootstrap'; const [from, to] = back(server); return both(from, to, `EST ${facts.path || ''}`, ''); }
    case 'issued': return both('bootstrap', 'account', `certificate issued by ${commonName(facts.issuer)}`, 'issuer');
    case 'written': return both('bootstrap', 'device', `${facts.operation || 'write'} ${facts.path || ''}`, '');
    case 'finished': return both('bootstrap', 'device', 'Bootstrap-Finish', '');
    case 'registered': { const [from, to] = back('lwm2m'); return both(from, to, 'POST /rd: registered', 'good'); }
    case 'updated': return both('device', 'lwm2m', 'registration update', '');
    case 'deregistered': return both('device', 'lwm2m', 'deregistration', '');
    case 'session-closed': return { note: event.party === 'bootstrap-server' ? 'bootstrap' : 'lwm2m', label: `session closed: ${reason(event.reason) || event.detail || ''}`, tone: 'bad' };
    case 'power': return { note: 'device', label: `power ${facts.action || ''}` };
    case 'made': return { note: 'device', label: 'made by the factory' };
    case 'fallback': return { note: 'device', label: facts.in_ms ? `waits ${millis(Number(facts.in_ms))}, then ${facts.next || 'tries again'}` : `next: ${facts.next || 'bootstrap'}` };
    default: return null;
  }
}

export function Sequence({ events }) {
  const rows = join(events).map((step) => ({ step, draw: drawn(step) })).filter((row) => row.draw);
  const begin = events.length ? new Date(events[0].time).getTime() : 0;
  const height = 66 + rows.length * 40 + 14;
  const last = events.length ? new Date(events[events.length - 1].time).getTime() - begin : 0;
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label="Sequence diagram"><svg class="sequence" viewBox=${`0 0 960 ${height}`} role="img" aria-label=${`${rows.length} steps in ${millis(last)}: ${rows.map((row) => row.draw.label).join('; ')}`}>
    <defs>${['', 'bad', 'good', 'issuer'].map((tone) => html`<marker key=${tone} id=${`tip-${tone}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path class=${`point ${tone}`} d="M0 0 8 4 0 8z" /></marker>`)}</defs>
    ${LANES.map(([id, title, x]) => html`<g key=${id}><line class="lane" x1=${x} x2=${x} y1="44" y2=${height} /><rect class="lane-box" x=${x - 80} y="8" width="160" height="34" rx="9" /><text class="lane-title" x=${x} y="30">${title}</text></g>`)}
    ${rows.map(({ step, draw }, index) => {
      const y = 84 + index * 40;
      const at = new Date(step.event.time).getTime() - begin;
      const took = step.event.duration_ms ?? (step.other && step.other.duration_ms);
      const time = html`<text class="time" x="10" y=${y + 4}>+${millis(at)}</text>`;
      if (draw.note) {
        return html`<g key=${step.event.id}>${time}<rect class="note" x=${X[draw.note] - 106} y=${y - 13} width="212" height="25" rx="7" /><text class=${`label ${draw.tone || ''}`} x=${X[draw.note]} y=${y + 4}>${draw.label}</text></g>`;
      }
      const from = X[draw.from];
      const to = X[draw.to];
      const tone = draw.tone || '';
      const middle = (from + to) / 2;
      return html`<g key=${step.event.id}><title>${step.event.detail || draw.label}</title>${time}
        <line class=${`arrow ${tone}`} x1=${from} x2=${to} y1=${y + 3} y2=${y + 3} marker-end=${`url(#tip-${tone})`} marker-start=${draw.double ? `url(#tip-${tone})` : undefined} />
        <text class=${`label ${tone === 'bad' ? 'bad' : ''}`} x=${middle} y=${y - 5}>${draw.label}</text>
        ${took != null && html`<text class="took" x=${middle} y=${y + 17}>${millis(took)}</text>`}</g>`;
    })}</svg></div>`;
}
