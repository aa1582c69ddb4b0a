// main: which view is open, and the keys that are everywhere.
import {context, get, place as addressOf} from './api.js';
import {grouped, h, put} from './dom.js';
import * as chip from './chip.js';
import * as farm from './farm.js';
import * as files from './files.js';
import * as actions from './actions.js';
import * as live from './live.js';

const VIEWS = {
  chip: {name: 'Chip', open: chip.open},
  live: {name: 'Live', open: live.open},
  files: {name: 'Files', open: files.open},
  actions: {name: 'Actions', open: actions.open},
  farm: {name: 'Farm', open: (place, rest) => farm.open(place, rest, (eid) => {
    location.hash = `#/chip/of/${eid}`;
  })},
};
const ORDER = {chip: ['chip', 'live', 'files', 'actions'], replay: ['live'], farm: ['farm', 'chip', 'live', 'files', 'actions']};
const KEYS = [['1 – 5', 'views'], ['/', 'filter'], ['Space', 'pause, or go on'], ['↑ ↓, j k', 'lines, files, chips'], ['← →', 'close and open a directory'], ['Enter', 'open'], ['?', 'this list']];

const view = document.getElementById('view');
const tabs = document.getElementById('tabs');
const who = document.getElementById('who');
let close = null, current = '';

// "#/live/17", and "#/chip/of/EID" or "#/live/17/of/EID" in a farm.
function route() {
  const parts = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean);
  const of = parts.indexOf('of');
  const chipOf = of >= 0 ? parts[of + 1] || '' : null;
  const [name, ...rest] = of >= 0 ? parts.slice(0, of) : parts;
  const names = ORDER[context.mode];
  return {name: names.includes(name) ? name : names[0], rest, chipOf};
}

function drawTabs(name) {
  put(tabs, ORDER[context.mode].map((key, place) => h('a', {id: `tab-${key}`, href: addressOf(key), 'aria-current': key === name ? 'page' : null, title: `Key ${place + 1}`,
    'aria-disabled': context.mode === 'farm' && key !== 'farm' && !context.chip ? 'true' : null}, VIEWS[key].name)));
}

function show() {
  const {name, rest, chipOf} = route();
  if (context.mode === 'farm' && chipOf !== null) context.chip = chipOf;
  const opened = context.mode === 'farm' && name !== 'farm' && !context.chip ? 'farm' : name;
  if (close) close();
  current = opened;
  drawTabs(opened);
  view.className = `view-${opened}`;
  view.setAttribute('aria-labelledby', `tab-${opened}`);
  close = VIEWS[opened].open(view, rest) || null;
  drawWho();
}

async function drawWho() {
  if (context.mode === 'replay') {
    put(who, h('code', {}, context.about), h('span', {class: 'badge'}, 'from a file'));
    return;
  }
  if (context.mode === 'farm' && !context.chip) {
    put(who, h('code', {}, context.about), h('span', {class: 'badge'}, 'farm'));
    return;
  }
  try {
    const {status, rest} = await get('/api/chip');
    if (rest) {
      put(who, h('code', {}, context.chip || context.about), h('span', {class: 'badge warn'}, 'at rest'));
      return;
    }
    const faults = status.faults;
    put(who, h('code', {class: 'eid'}, grouped(status.eid)),
      h('span', {class: `badge ${status.place === 'in' ? 'good' : 'warn'}`}, status.place === 'in' ? 'inserted' : 'ejected'),
      faults ? h('span', {class: 'badge bad'}, `${faults} fault${faults === 1 ? '' : 's'}`) : null);
  } catch (error) {
    put(who, h('span', {class: 'badge bad'}, error.message));
  }
}

function keysDialog() {
  const dialog = document.getElementById('keys');
  put(dialog, h('h2', {id: 'keys-title'}, 'Keys'), h('dl', {class: 'pairs'}, KEYS.map(([key, what]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)])),
    h('form', {method: 'dialog'}, h('button', {}, 'Close')));
  dialog.showModal();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, textarea, select')) return;
  const names = ORDER[context.mode];
  if (event.key >= '1' && event.key <= String(names.length)) location.hash = addressOf(names[Number(event.key) - 1]);
  else if (event.key === '/') {
    const box = document.getElementById('filter');
    if (!box) return;
    event.preventDefault();
    box.focus();
  } else if (event.key === '?') keysDialog();
});
// Arrows go along the views, as well as Tab.
tabs.addEventListener('keydown', (event) => {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!step) return;
  const names = ORDER[context.mode];
  location.hash = addressOf(names[(names.indexOf(current) + step + names.length) % names.length]);
  setTimeout(() => document.getElementById(`tab-${current}`).focus(), 0);
});
document.addEventListener('acted', drawWho);
window.addEventListener('hashchange', show);

try {
  Object.assign(context, await get('/api/self'));
  if (context.mode !== 'farm') live.ensure();
  show();
  setInterval(() => { if (!document.hidden) drawWho(); }, 3000);
} catch (error) {
  put(view, h('p', {class: 'empty', role: 'alert'}, error.message));
}
