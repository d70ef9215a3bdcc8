// What the overview's stream says, once for all parts of the page that listen; drawn at most once a frame.
import { useState, useEffect } from '../vendor/preact-htm.js';
import { stream, onKey } from './api.js';

let latest = null;
let failure = null;
let close = null;
const watchers = new Set();
let frame = 0;

function draw() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => watchers.forEach((watcher) => watcher()));
}

function listen(watcher) {
  watchers.add(watcher);
  if (!close) {
    close = stream('/testbed/overview', (name, data) => {
      if (name !== 'overview') return;
      latest = data;
      failure = null;
      draw();
    }, (error) => { failure = error; draw(); });
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0 && close) {
      close();
      close = null;
    }
  };
}

onKey(() => { latest = null; });

/** The newest overview; null before the first. */
export function useOverview() {
  const [, setTurn] = useState(0);
  useEffect(() => listen(() => setTurn((value) => value + 1)), []);
  return { overview: latest, failure };
}
