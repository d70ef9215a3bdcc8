// Words and numbers as people read them.

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const number = new Intl.NumberFormat();

export const count = (value) => number.format(value ?? 0);
export const clock = (text) => (text ? time.format(new Date(text)) : '');
export const moment = (text) => (text ? whole.format(new Date(text)) : '');
export const day = (text) => (text ? date.format(new Date(text)) : '');
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const millis = (value) =>
  value == null ? '' : value < 10 ? `${value.toFixed(1)} ms` : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

/** CN=meter-7,OU=… as the name that stands first. */
export function commonName(distinguished) {
  const found = /(?:^|,\s*)CN=((?:\\.|[^,\\])+)/.exec(distinguished || '');
  return found ? found[1].replace(/\\(.)/g, '$1') : distinguished || '';
}

export const PHASES = {
  registered: ['Registered', 'good'],
  registering: ['Registering', 'moving'],
  bootstrapping: ['Bootstrapping', 'moving'],
  starting: ['Starting', 'moving'],
  refused: ['Refused', 'bad'],
  failed: ['Failed', 'warn'],
  deregistered: ['Deregistered', 'quiet'],
  made: ['Made', 'quiet'],
  off: ['Off', 'quiet'],
};

const STAGES = {
  made: 'Made by the factory',
  trust: 'Trust changed',
  power: 'Power',
  'bootstrap-handshake': 'Handshake with the bootstrap server',
  admission: 'Bootstrap request',
  enrolled: 'Enrolment over EST',
  issued: 'Certificate issued',
  written: 'Credentials written',
  finished: 'Bootstrap finished',
  'lwm2m-handshake': 'Handshake with the LwM2M server',
  registered: 'Registration',
  updated: 'Registration update',
  deregistered: 'Deregistration',
  operation: 'Operation',
  'session-closed': 'Session closed',
  fallback: 'Waits, then tries again',
  renewed: 'Renewal',
  firmware: 'Firmware',
};
export const stage = (word) => STAGES[word] || word;

const PARTIES = {
  device: 'device',
  'bootstrap-server': 'bootstrap server',
  'lwm2m-server': 'LwM2M server',
  account: 'account',
  factory: 'factory',
  'certificate-issuer': 'certificate issuer',
  operator: 'operator',
};
export const party = (word) => PARTIES[word] || word || '';

const MODES = { bootstrap: 'Bootstrap', lwm2m: 'LwM2M', developer: 'Developer' };
export const mode = (word) => MODES[word] || word || '—';

/** unknown-ca as words. */
export const reason = (word) => (word || '').replaceAll('-', ' ');

/** An event as one sentence. */
export function sentence(event) {
  const facts = event.facts || {};
  if (event.outcome !== 'ok') {
    const by = event.refused_by ? `${party(event.refused_by)} refused` : 'failed';
    return `${stage(event.stage)}: ${by}, ${reason(event.reason)}${event.alert != null ? ` (alert ${event.alert})` : ''}`;
  }
  switch (event.stage) {
    case 'power': return `Power: ${facts.action || ''}`;
    case 'issued': return `Certificate issued by ${commonName(facts.issuer)}`;
    case 'written': return `${facts.operation || 'write'} ${facts.path || ''}`;
    case 'operation': return `${facts.operation || 'operation'} ${facts.path || ''}`;
    case 'trust': return event.detail || 'Trust changed';
    case 'registered': return 'Registered';
    default: return stage(event.stage);
  }
}
