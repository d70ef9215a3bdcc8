// The catalogue as a matrix, runs with live results, one result in detail, a scenario of one's own.
import { html, useState, useEffect, useRef } from '../vendor/preact-htm.js';
import { call, get, text, stream, enc } from '../lib/api.js';
import { Card, Button, Badge, Empty, Failure, Curl, Copy, Icon, Table, Time, Facts, Field, attempt, save, useDocument, useLoaded } from '../lib/ui.js';
import { count, party, stage, reason, millis, sentence } from '../lib/words.js';
import { Sequence } from '../lib/sequence.js';
import { Drop } from '../lib/upload.js';

const FAMILIES = { VAL: 'Validity', CHN: 'Chains', NAM: 'Names', USE: 'Key usages', ALG: 'Algorithms', ENC: 'Encodings', TRU: 'Trust', REV: 'Revocation', PRO: 'Protocol', PRV: 'Provisioning', EST: 'Enrolment over EST', ROT: 'Rotation', FWU: 'Firmware' };
const STATUS = { 'as-expected': ['as expected', 'good'], different: ['different', 'bad'], pending: ['pending', 'quiet'], 'not-observed': ['not observed', 'warn'] };
const NEW = `title: A factory certificate that ended yesterday
because: RFC 5280, 6.1.3 (a)(2)
legs: [device-bootstrap]
certificates:
  leaf: {until: -P1D}
expect:
  refused: {reason: expired, alert: certificate_expired, certificate: leaf}
`;

/** The run that is shown: its document, then each result as it comes. */
function useRun(id) {
  const [state, setState] = useState({ run: null, results: new Map(), error: null });
  useEffect(() => {
    setState({ run: null, results: new Map(), error: null });
    if (!id) return undefined;
    const results = new Map();
    let run = null;
    let frame = 0;
    const draw = () => { frame = 0; setState({ run, results, error: null }); };
    const close = stream(`/testbed/scenario-runs/${enc(id)}`, (name, news) => {
      if (name !== 'run') return;
      run = { ...news, results: undefined };
      news.results.forEach((result) => results.set(result.id, result));
      if (!frame) frame = requestAnimationFrame(draw);
    }, (error) => setState((old) => ({ ...old, error })));
    return () => { close(); cancelAnimationFrame(frame); };
  }, [id]);
  return state;
}

function Legend() {
  return html`<div class="row muted"><span class="row"><i class="cell as-expected"></i> as expected</span><span class="row"><i class="cell different"></i> different</span><span class="row"><i class="cell not-observed"></i> not observed</span><span class="row"><i class="cell pending"></i> pending</span><span class="row"><i class="cell"></i> not run</span></div>`;
}

function Matrix({ families, scenarios, results, run, changed, link }) {
  return html`<div class="matrix">${families.map((family) => {
    const own = scenarios.filter((one) => one.family === family);
    if (own.length === 0) return null;
    return html`<div class="matrix-row" key=${family}><h3 title=${FAMILIES[family]}><a href=${`#/scenarios?filter=${family}`}>${family}</a></h3><div><p class="hint">${FAMILIES[family] || ''} · ${count(own.length)}</p><div class="cells">${own.map((one) => {
      const result = results.get(one.id);
      const status = result ? result.status : one.pending ? 'pending' : run && run.state === 'running' ? 'running' : '';
      const words = result ? (STATUS[result.status] || [result.status])[0] : one.pending ? 'pending' : 'not run';
      return html`<a key=${one.id} class=${`cell ${status} ${changed.has(one.id) ? 'changed' : ''}`} href=${link(one, result)} title=${`${one.id}: ${one.title} — ${words}`} aria-label=${`${one.id}: ${words}`}></a>`;
    })}</div></div></div>`;
  })}</div>`;
}

function Progress({ run, again }) {
  const part = run.total ? run.done / run.total : 0;
  return html`<div class="stack"><div class="row between"><span><strong>${run.state === 'done' ? 'Run ended' : run.state === 'running' ? 'Running' : run.state === 'waiting' ? 'Waiting for the run before it' : run.state}</strong> <span class="muted">${count(run.done)} of ${count(run.total)}, ${run.seconds.toFixed(0)} s, seed ${run.seed}</span></span>
    <span class="row"><${Badge} tone="good">${count(run.as_expected)} as expected<//>${run.different > 0 && html`<${Badge} tone="bad">${count(run.different)} different<//>`}${run.not_observed > 0 && html`<${Badge} tone="warn">${count(run.not_observed)} not observed<//>`}${run.pending > 0 && html`<${Badge}>${count(run.pending)} pending<//>`}
    ${(run.state === 'running' || run.state === 'waiting') && html`<${Button} kind="small danger" onClick=${() => attempt(() => call('POST', `/testbed/scenario-runs/${run.id}/cancel`), 'The run ends').then(again)}>Cancel<//>`}</span></div>
    <div class="progress" role="progressbar" aria-label="Scenarios that have ended" aria-valuemin="0" aria-valuemax=${run.total} aria-valuenow=${run.done}><i style=${{ width: `${100 * part}%` }}></i></div>
    ${run.problem && html`<${Failure} error=${run.problem} />`}</div>`;
}

const ended = (run) => run && !['running', 'waiting'].includes(run.state);

function Reports({ run }) {
  const download = (file, type) => attempt(async () => save(`run-${run.id}-${file}`, await text(`/testbed/scenario-runs/${run.id}/${file}`), type));
  return html`<div class="row">${[['report.html', 'HTML', 'text/html'], ['report.xml', 'JUnit', 'application/xml'], ['report.json', 'JSON', 'application/json'], ['baseline.json', 'Baseline', 'application/json']].map(([file, label, type]) => html`<${Button} key=${file} kind="small" icon="download" onClick=${() => download(file, type)}>${label}<//>`)}</div>`;
}

const start = async (body) => {
  const run = await attempt(() => call('POST', '/testbed/scenario-runs', body), (answer) => `${count(answer.total)} ${answer.total === 1 ? 'scenario runs' : 'scenarios run'}`);
  if (run) location.hash = `#/scenarios/runs/${run.id}`;
};

function parsed(name, content) {
  try {
    return JSON.parse(content);
  } catch (failure) {
    throw new Error(`${name} is not JSON: ${failure.message}`);
  }
}

function Runs({ runs, current }) {
  if (!runs || runs.length === 0) return html`<p class="muted">No run yet.</p>`;
  return html`<ul class="requests">${runs.map((run) => html`<li key=${run.id}><a href=${`#/scenarios/runs/${run.id}`} aria-current=${run.id === current ? 'true' : undefined}>Run ${run.id}</a><span class="muted"><${Time} at=${run.asked_at} short /> · ${count(run.total)}</span>${run.different > 0 ? html`<${Badge} tone="bad">${count(run.different)} different<//>` : html`<${Badge} tone=${run.state === 'done' ? 'good' : 'moving'}>${run.state}<//>`}</li>`)}</ul>`;
}

function Catalogue({ query, runId }) {
  const filter = query.get('filter') || '';
  const [typed, setTyped] = useState(filter);
  useEffect(() => setTyped(filter), [filter]);
  const catalogue = useDocument('/testbed/scenarios');
  const { run, results, error } = useRun(runId);
  const runs = useLoaded(() => get('/testbed/scenario-runs').then((page) => page.data), [runId, ended(run)]);
  const sent = useLoaded(() => (runId ? get(`/testbed/scenario-runs/${enc(runId)}`) : Promise.resolve(null)), [runId]);
  const [baseline, setBaseline] = useState('');
  const [fromFile, setFromFile] = useState(null);
  useEffect(() => setFromFile(null), [runId]);
  const compared = useLoaded(() => (runId && baseline && ended(run) ? get(`/testbed/scenario-runs/${enc(runId)}?baseline=${enc(baseline)}`) : Promise.resolve(null)), [runId, baseline, ended(run)]);
  if (catalogue.error) return html`<${Failure} error=${catalogue.error} again=${catalogue.again} />`;
  if (!catalogue.data) return html`<div class="page-head"><h1>Scenarios</h1></div><p class="muted" aria-busy="true">Loading…</p>`;
  const own = sent.data ? sent.data.scenarios.filter((one) => !catalogue.data.scenarios.some((other) => other.id === one.id)) : [];
  const all = runId && sent.data ? sent.data.scenarios : catalogue.data.scenarios;
  const families = [...new Set([...catalogue.data.families, ...own.map((one) => one.family)])];
  const wanted = filter.toUpperCase();
  const shown = all.filter((one) => !wanted || `${one.id} ${one.title} ${one.family}`.toUpperCase().includes(wanted));
  const changes = fromFile ? fromFile.changes : compared.data ? compared.data.changes : [];
  const upload = async (files) => {
    const answer = await attempt(async () => call('POST', `/testbed/scenario-runs/${enc(runId)}/changes`, parsed(files[0].name, await files[0].text())), (said) => `Compared with ${count(said.compared)} scenarios of ${files[0].name}`);
    if (answer) { setBaseline(''); setFromFile({ name: files[0].name, changes: answer.changes }); }
  };
  const changed = new Set(changes.map((one) => one.id));
  const base = runId ? `#/scenarios/runs/${runId}` : '#/scenarios';
  const search = (event) => { event.preventDefault(); location.hash = `${base}${typed ? `?filter=${enc(typed)}` : ''}`; };
  const listed = shown.filter((one) => results.has(one.id) || filter).slice(0, 400).sort((a, b) => rank(results.get(a.id)) - rank(results.get(b.id)));
  return html`
    <div class="page-head"><h1>Scenarios</h1><div class="row end"><a class="button" href="#/scenarios/new">Write one</a><${Curl} method="POST" path="/testbed/scenario-runs" body=${filter ? { filters: [filter] } : {}} />
      <${Button} kind="primary" icon="play" onClick=${() => start(filter && shown.length < all.length ? { filters: shown.map((one) => one.id) } : {})}>${filter ? `Run these ${count(shown.length)}` : `Run all ${count(all.length)}`}<//></div>
      <p>Certificate configurations and what must come of them, carried out for real: each with servers and devices of its own, apart from this testbed.</p></div>
    <form class="toolbar" onSubmit=${search}><div class="search"><${Icon} name="search" /><input type="search" aria-label="Filter scenarios" placeholder="VAL, VAL-02, @device-lwm2m, expired" value=${typed} onInput=${(event) => setTyped(event.target.value)} /></div><button class="button">Filter</button>${filter && html`<a class="button ghost" href=${base}>Show all</a>`}<span class="muted" role="status">${count(shown.length)} of ${count(all.length)}</span></form>
    <div class="grid"><div class="span-8"><div class="stack">
      ${error && html`<${Failure} error=${error} />`}
      ${run && html`<${Card} id="run" title=${`Run ${run.id}`} actions=${ended(run) && html`<${Reports} run=${run} />`}><${Progress} run=${run} again=${runs.again} /><//>`}
      <${Card} id="matrix" title="Families"><div class="stack"><${Legend} /><${Matrix} families=${families} scenarios=${shown} results=${results} run=${run} changed=${changed} link=${(one, result) => (result ? `#/scenarios/runs/${runId}/${enc(one.id)}` : `#/scenarios/show/${enc(one.id)}`)} /></div><//>
      ${listed.length > 0 && html`<${Card} id="list" title=${runId ? 'Results' : 'What matches'}><${Table} label="Scenarios" tall=${520} columns=${[{ title: 'Scenario' }, { title: 'Title' }, { title: 'Came' }, { title: 'Took', class: 'right' }]} rows=${listed.map((one) => {
        const result = results.get(one.id);
        return { key: one.id, cells: [html`<a class="mono" href=${result ? `#/scenarios/runs/${runId}/${enc(one.id)}` : `#/scenarios/show/${enc(one.id)}`}>${one.id}</a>`, html`<span title=${one.title}>${one.title}</span>`, result ? html`<span title=${result.observed}><${Badge} tone=${STATUS[result.status][1]}>${STATUS[result.status][0]}<//> ${result.observed}</span>` : one.pending ? html`<${Badge}>pending<//>` : '', result ? millis(result.seconds * 1000) : ''] };
      })} /><//>`}
      ${changes.length > 0 && html`<${Card} id="changes" title=${fromFile ? `Changed against ${fromFile.name}` : `Changed against run ${baseline}`}><ul class="requests">${changes.map((one) => html`<li key=${one.id}><code>${one.id}</code><span class="muted">${one.before}</span><${Icon} name="arrow" /><span>${one.now}</span></li>`)}</ul><//>`}</div></div>
    <div class="span-4"><div class="stack"><${Card} id="runs" title="Runs"><${Runs} runs=${runs.data} current=${runId} /><//>
      ${runId && ended(run) && runs.data && html`<${Card} id="compare" title="Compare"><${Field} id="baseline" label="With an earlier run" hint="What ended otherwise: another verdict, step, party, reason or alert."><select id="baseline" aria-describedby="baseline-hint" value=${baseline} onChange=${(event) => { setFromFile(null); setBaseline(event.target.value); }}><option value="">none</option>${runs.data.filter((one) => one.id !== runId).map((one) => html`<option value=${one.id}>Run ${one.id}</option>`)}</select><//>
        <${Drop} onFiles=${upload} label="Choose a baseline">Or with a baseline that <code>scenario run --save-baseline</code> or another run's download made.<//>
        ${(fromFile || compared.data) && (changes.length === 0 ? html`<p>Nothing ended otherwise.</p>` : html`<p>${count(changes.length)} ended otherwise.</p>`)}<//>`}</div></div></div>`;
}
const rank = (result) => (!result ? 4 : { different: 0, 'not-observed': 1, 'as-expected': 2, pending: 3 }[result.status]);

function Show({ id }) {
  const { data, error } = useDocument(`/testbed/scenarios/${enc(id)}`);
  const head = html`<div class="page-head"><div class="row"><a href="#/scenarios">Scenarios</a><span class="muted" aria-hidden="true">/</span><h1>${id}</h1></div>
    ${data && html`<div class="row end"><${Copy} label="Copy as command" text=${`onboard scenario run '${id}'`} /><a class="button" href=${`#/scenarios/new?from=${enc(id)}`}>Edit and run</a>${!data.pending && html`<${Button} kind="primary" icon="play" onClick=${() => start({ filters: [id] })}>Run it<//>`}</div><p>${data.title}</p>`}</div>`;
  if (error) return html`${head}<${Failure} error=${error} />`;
  if (!data) return html`${head}<p class="muted">Loading…</p>`;
  return html`${head}<div class="grid"><div class="span-6"><${Card} title="What it is about"><${Facts} rows=${[['Because', data.because], ['Leg', data.leg], ['More', data.about], ['Pending', data.pending]]} /><//></div>
    <div class="span-6"><${Card} title="What must come of it"><ol>${data.expected.map((one, index) => html`<li key=${index}>${one}</li>`)}</ol><//></div>
    <div class="span-12"><${Card} title="What differs from the good default" actions=${html`<${Copy} text=${data.yaml} label="Copy YAML" />`}><pre tabindex="0">${data.yaml}</pre><//></div></div>`;
}

function Result({ runId, id }) {
  const { data, error } = useDocument(`/testbed/scenario-runs/${enc(runId)}/results/${enc(id)}`);
  const catalogued = useDocument(`/testbed/scenarios/${enc(id)}`);
  const shipped = Boolean(catalogued.data);
  const head = html`<div class="page-head"><div class="row"><a href="#/scenarios">Scenarios</a><span class="muted" aria-hidden="true">/</span><a href=${`#/scenarios/runs/${runId}`}>Run ${runId}</a><span class="muted" aria-hidden="true">/</span><h1>${id}</h1>${data && html`<${Badge} tone=${STATUS[data.status][1]}>${STATUS[data.status][0]}<//>`}</div>
    ${data && html`<div class="row end"><a class="button" href=${`#/scenarios/new?run=${enc(runId)}&from=${enc(id)}`}>Edit and run</a><${Button} kind="primary" icon="play" onClick=${() => start(shipped ? { filters: [id] } : { name: id.split('@')[0], scenario: data.scenario.yaml })}>Run it again<//></div><p>${data.scenario.title}</p>`}</div>`;
  if (error) return html`${head}<${Failure} error=${error} />`;
  if (!data) return html`${head}<p class="muted">Loading…</p>`;
  return html`${head}<div class="grid">
    <div class="span-12"><${Card} id="checks" title="Expected, and what came"><div class="table-box" tabindex="0" role="region" aria-label="Checks"><table><thead><tr><th scope="col">Expected</th><th scope="col">Came</th><th scope="col">Met</th></tr></thead><tbody>${data.checks.map((check, index) => html`<tr key=${index}><td class="wrap">${check.expected}</td><td class="wrap">${check.actual}</td><td>${check.met ? html`<${Badge} tone="good">yes<//>` : check.observed ? html`<${Badge} tone="bad">no<//>` : html`<${Badge} tone="warn">not seen<//>`}</td></tr>`)}</tbody></table></div>${data.note && html`<p class="notice">${data.note}</p>`}<//></div>
    <div class="span-12"><${Card} id="sequence" title="What happened">${data.timeline.length ? html`<${Sequence} events=${data.timeline} />` : html`<p class="muted">Nothing went over the wire: the chain was judged alone.</p>`}<//></div>
    ${data.chain.length > 0 && html`<div class="span-6"><${Card} id="chain" title="What was sent"><ol class="chain">${data.chain.map((lines, index) => html`<li key=${index}><details class="certificate"><summary><span class="cert-name">${(lines[0] || '').replace('subject: ', '')}</span></summary><pre tabindex="0">${lines.join('\n')}</pre></details></li>`)}</ol><//></div>`}
    <div class=${data.chain.length > 0 ? 'span-6' : 'span-12'}><${Card} title="The scenario" actions=${html`<${Copy} text=${data.scenario.yaml} label="Copy YAML" />`}><p class="muted">Because: ${data.scenario.because}</p><pre tabindex="0">${data.scenario.yaml}</pre><//></div>
    <div class="span-12"><${Card} title="Every record"><${Table} label="Events" tall=${380} columns=${[{ title: 'Time' }, { title: 'Device' }, { title: 'Step' }, { title: 'Told by' }, { title: 'Outcome' }, { title: 'Detail' }]} rows=${data.timeline.map((event) => ({ key: event.id, cells: [html`<${Time} at=${event.time} short />`, event.endpoint || '', stage(event.stage), party(event.party), event.outcome === 'ok' ? 'ok' : html`<${Badge} tone="bad">${reason(event.reason)}<//>`, html`<span title=${event.detail || ''}>${event.detail || sentence(event)}</span>`] }))} /><//></div></div>`;
}

function Write({ query }) {
  const from = query.get('from');
  const run = query.get('run');
  const [yaml, setYaml] = useState(from ? '' : NEW);
  const [name, setName] = useState(from ? `${from.split('@')[0].split('/')[0]}/mine` : 'my-case');
  const [error, setError] = useState(null);
  useEffect(() => {
    if (!from) return;
    const page = run ? get(`/testbed/scenario-runs/${enc(run)}/results/${enc(from)}`).then((result) => result.scenario) : get(`/testbed/scenarios/${enc(from)}`);
    page.then((found) => setYaml(found.yaml), setError);
  }, [from, run]);
  const send = async (event) => {
    event.preventDefault();
    setError(null);
    try {
      const made = await call('POST', '/testbed/scenario-runs', { name, scenario: yaml });
      location.hash = `#/scenarios/runs/${made.id}`;
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<div class="page-head"><div class="row"><a href="#/scenarios">Scenarios</a><span class="muted" aria-hidden="true">/</span><h1>A scenario of your own</h1></div><p>YAML or JSON. Everything is good unless it says otherwise; it can name no command and no file. It is run here and kept nowhere: save it where your other tests are.</p></div>
    <form class="card" onSubmit=${send}><${Field} id="scenario-name" label="Name"><input id="scenario-name" required value=${name} onInput=${(event) => setName(event.target.value)} /><//>
    <${Field} id="scenario-text" label="Scenario"><textarea id="scenario-text" class="tall" spellcheck="false" required value=${yaml} onInput=${(event) => setYaml(event.target.value)}></textarea><//>
    ${error && html`<${Failure} error=${error} />`}
    <div class="row end"><${Button} kind="small" icon="download" onClick=${() => save(`${name.replaceAll('/', '_')}.yaml`, yaml, 'application/yaml')}>Save as a file<//><button class="button primary">Run it</button></div></form>`;
}

export default function Scenarios({ parts, query }) {
  if (parts[0] === 'new') return html`<${Write} key=${query.get('from') || ''} query=${query} />`;
  if (parts[0] === 'show') return html`<${Show} id=${parts[1]} />`;
  if (parts[0] === 'runs' && parts[2]) return html`<${Result} runId=${parts[1]} id=${parts[2]} />`;
  return html`<${Catalogue} query=${query} runId=${parts[0] === 'runs' ? parts[1] : null} />`;
}
