// live: what goes over the contacts, as it passes.
import {context, follow, get, place as addressOf, saveAddress} from './api.js';
import {clock, copyButton, dump, duration, elements, h, put, renew} from './dom.js';
import {diagram} from './diagram.js';

const ROW = 24;

// All that has been taken: rows are exchanges (command and response), power, notes.
export const store = {chip: null, rows: [], sessions: new Map(), channels: new Map(), byNumber: new Map(), last: 0, stop: null, online: false, listeners: new Set()};

function reset(chip) {
  if (store.stop) store.stop();
  Object.assign(store, {chip, rows: [], sessions: new Map(), channels: new Map(), byNumber: new Map(), last: 0, stop: null, online: false, open: new Map()});
}

function sessionOf(event) {
  if (!event.session) return null;
  if (!store.sessions.has(event.session)) store.sessions.set(event.session, {number: event.session, rows: [], transaction: '', server: '', failed: null});
  return store.sessions.get(event.session);
}

function search(list, name) {
  for (const one of list || []) {
    if (one.name === name) return one.value;
    const found = search(one.elements, name);
    if (found) return found;
  }
  return '';
}

const unquoted = (text) => text.replace(/^'|'$/g, '');

function learn(session, event) {
  if (!event.elements) return;
  session.transaction = session.transaction || search(event.elements, 'transactionId');
  session.server = session.server || unquoted(search(event.elements, 'serverAddress'));
}

function begin(event) {
  const row = {n: event.n, kind: event.kind === 'command' ? 'exchange' : event.kind, command: event, response: null, session: event.session || 0, channel: event.channel};
  store.rows.push(row);
  store.byNumber.set(event.n, row);
  if (event.kind === 'command') {
    store.pending = row;
    if (event.channel !== undefined) store.channels.set(event.channel, (store.channels.get(event.channel) || 0) + 1);
  }
  const session = sessionOf(event);
  if (session) {
    session.rows.push(row);
    learn(session, event);
  }
}

function complete(event) {
  const row = store.pending;
  if (!row) return;
  row.response = event;
  store.byNumber.set(event.n, row);
  row.failed = Boolean(event.failed);
  store.pending = null;
  const session = sessionOf(event);
  if (!session) return;
  if (!row.session) {
    row.session = session.number;
    session.rows.push(row);
  }
  if (event.failed) session.failed = event.failure || event.text;
  learn(session, event);
}

function take(batch) {
  for (const event of batch) {
    if (event.n <= store.last) continue;
    store.last = event.n;
    if (event.kind === 'response') complete(event);
    else begin(event);
    if (event.kind === 'power') store.pending = null;
  }
  for (const listener of store.listeners) listener();
}

export function ensure() {
  if (store.chip === context.chip && store.stop) return;
  reset(context.chip);
  store.stop = follow(0, take, (online) => {
    store.online = online;
    for (const listener of store.listeners) listener();
  });
}

const text = (row) => {
  const {command, response} = row;
  return [command.application, command.instruction, command.function, command.text, command.power, response && response.status,
    response && response.text, response && response.failure, command.hex, response && response.hex].filter(Boolean).join(' ').toLowerCase();
};

function chosen(filter) {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return store.rows.filter((row) => (filter.channel === null || row.channel === filter.channel) &&
    (filter.session === null || row.session === filter.session) &&
    (!filter.failed || row.failed) && (words.length === 0 || words.every((word) => {
    row.text = row.response ? row.text || text(row) : text(row);
    return row.text.includes(word);
  })));
}

function summary(row) {
  const {command} = row;
  if (row.kind === 'power') return [h('b', {}, `power ${command.power}`), command.hex ? h('code', {}, ` ATR ${command.hex}`) : null];
  if (row.kind === 'note') return [h('em', {}, command.text)];
  const name = command.function ? h('b', {class: 'function'}, command.function)
    : row.response && row.response.function ? h('span', {class: 'function answer'}, `answer of ${row.response.function}`) : null;
  return [name, h('span', {class: name ? 'instruction second' : 'instruction'}, command.instruction || ''),
    command.bytes ? h('span', {class: 'quiet'}, ` ${command.bytes} B`) : null];
}

function line(row, place, count, selected, choose) {
  const {command, response} = row;
  return h('div', {role: 'option', id: `line-${row.n}`, class: `line ${row.kind} ${row.failed ? 'failed' : ''} ${row.session ? `of-session hue-${row.session % 6}` : ''}`,
    'aria-selected': selected ? 'true' : 'false', 'aria-posinset': place + 1, 'aria-setsize': count, onclick: choose},
  h('span', {class: 'c-n'}, String(row.n)), h('span', {class: 'c-time'}, clock(command.us)),
  h('span', {class: 'c-channel'}, command.channel === undefined ? '' : String(command.channel)),
  h('span', {class: 'c-app'}, command.application || ''), h('span', {class: 'c-what'}, summary(row)),
  h('span', {class: 'c-status'}, response ? `${response.status}${response.failure ? ` ${response.failure}` : ''}` : row.kind === 'exchange' ? '…' : ''),
  h('span', {class: 'c-took'}, response && command.us ? duration(response.took) : ''));
}

function secretBytes(command) {
  const code = h('pre', {class: 'hex'}, command.secret ? 'may hold a PIN or a key' : dump(command.hex));
  if (!command.secret) return code;
  return [code, h('button', {type: 'button', class: 'small', onclick: (event) => {
    code.textContent = dump(command.hex);
    event.target.remove();
  }}, 'show it')];
}

function half(title, event) {
  if (!event) return null;
  return h('section', {class: 'half'}, h('h3', {}, title),
    event.failure ? h('p', {class: 'failure'}, event.failure) : null, elements(event.elements), secretBytes(event));
}

function detail(row) {
  if (!row) return h('p', {class: 'empty'}, 'Choose a line: its bytes and what they mean stand here.');
  const {command, response} = row;
  const link = `${location.origin}/${addressOf('live', row.n)}`;
  return [h('header', {class: 'detail-head'},
    h('h2', {}, command.function || (response && response.function ? `${response.function}, answer` : '') || command.instruction || (row.kind === 'power' ? `Power ${command.power}` : 'Note')),
    h('p', {class: 'quiet'}, [`line ${row.n}`, command.channel === undefined ? null : `channel ${command.channel}`, command.application,
      row.session ? `RSP session ${row.session}` : null].filter(Boolean).join(' · '), ' ', h('a', {href: addressOf('live', row.n)}, 'link'), ' ', copyButton(link))),
  row.kind === 'note' ? h('p', {}, command.text) : half(row.kind === 'power' ? 'ATR' : 'Command', command),
  response ? half(`Response ${response.status}, ${response.text}`, response) : null];
}

export function open(place, rest) {
  ensure();
  const filter = {text: '', channel: null, session: null, failed: false};
  let rows = [], selected = null, paused = false, follows = true, wanted = Number(rest[0]) || 0, shown = null;
  const rail = h('nav', {class: 'rail', 'aria-label': 'Groups'});
  const list = h('div', {class: 'lines', role: 'listbox', tabindex: '0', 'aria-label': 'Commands and responses'});
  const inner = h('div', {class: 'lines-inner', role: 'presentation'});
  const side = h('aside', {class: 'detail', 'aria-label': 'The chosen line', 'aria-live': 'polite'});
  const count = h('span', {class: 'quiet', role: 'status'});
  const box = h('input', {type: 'search', id: 'filter', placeholder: 'Filter: names, status words, bytes', 'aria-label': 'Filter', oninput: () => {
    filter.text = box.value;
    refresh();
  }});
  const pause = h('button', {type: 'button', 'aria-pressed': 'false', title: 'Space', onclick: () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Go on' : 'Pause';
    if (!paused) refresh();
  }}, 'Pause');
  const failures = h('button', {type: 'button', 'aria-pressed': 'false', onclick: () => {
    filter.failed = !filter.failed;
    failures.setAttribute('aria-pressed', String(filter.failed));
    refresh();
  }}, 'Failures');
  list.append(inner);
  const head = h('div', {class: 'line head', 'aria-hidden': 'true'}, ['n', 'time', 'ch', 'application', 'command', 'status', 'took'].map((name, at) =>
    h('span', {class: ['c-n', 'c-time', 'c-channel', 'c-app', 'c-what', 'c-status', 'c-took'][at]}, name)));
  const splitView = h('div', {class: 'split'}, h('div', {class: 'list-side'}, head, list), side);
  const body = h('div', {class: 'live-body'}, splitView);
  put(place, h('div', {class: 'live'}, rail, h('div', {class: 'live-main'},
    h('div', {class: 'bar-tools', role: 'toolbar', 'aria-label': 'Live'}, box, failures, pause, count,
      h('span', {class: 'push'}), h('a', {class: 'button', href: saveAddress('transcript'), download: ''}, 'Save transcript'),
      h('a', {class: 'button', href: saveAddress('pcap'), download: ''}, 'Save pcap')),
    body)));

  const choose = (row, scroll) => {
    selected = row;
    put(side, detail(row));
    if (row) history.replaceState(null, '', addressOf('live', row.n));
    if (scroll && row) {
      const at = rows.indexOf(row) * ROW;
      if (at < list.scrollTop) list.scrollTop = at;
      else if (at + 2 * ROW > list.scrollTop + list.clientHeight) list.scrollTop = at + 2 * ROW - list.clientHeight;
    }
    draw();
  };
  // Only what is in sight has elements.
  const draw = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 8);
    const last = Math.min(rows.length, first + Math.ceil(list.clientHeight / ROW) + 16);
    inner.style.height = `${rows.length * ROW}px`;
    const lines = [];
    for (let at = first; at < last; at++) {
      const row = rows[at];
      const element = line(row, at, rows.length, row === selected, () => choose(row));
      element.style.transform = `translateY(${at * ROW}px)`;
      lines.push(element);
    }
    put(inner, lines);
    if (selected) list.setAttribute('aria-activedescendant', `line-${selected.n}`);
  };
  const entry = (id, name, more, current, act) => h('li', {}, h('button', {type: 'button', class: 'rail-entry', id: `rail-${id}`, 'aria-current': current ? 'true' : null, onclick: act},
    h('span', {class: 'rail-name'}, name), h('span', {class: 'number'}, more)));
  const pick = (change) => () => {
    Object.assign(filter, {channel: null, session: null}, change);
    shown = change.session || null;
    refresh();
  };
  const sessionEntry = (session) => h('li', {}, h('button', {type: 'button', id: `rail-session-${session.number}`,
    class: `rail-entry session hue-${session.number % 6} ${session.failed ? 'failed' : ''}`, 'aria-current': filter.session === session.number ? 'true' : null, onclick: pick({session: session.number})},
  h('span', {class: 'rail-name'}, `Session ${session.number}`), h('span', {class: 'number'}, String(session.rows.length)),
  h('span', {class: 'rail-more'}, session.failed || session.server || '')));
  const drawRail = () => {
    const sessions = [...store.sessions.values()];
    const channels = [...store.channels].sort((one, other) => one[0] - other[0]);
    const facts = JSON.stringify([store.rows.length, filter.channel, filter.session, channels, sessions.map((one) => [one.rows.length, one.failed, one.server])]);
    renew(rail, facts, () => [h('ul', {}, entry('all', 'All', String(store.rows.length), filter.channel === null && filter.session === null, pick({}))),
      h('h2', {}, 'Channels'), h('ul', {}, channels.map(([channel, number]) =>
        entry(`channel-${channel}`, `Channel ${channel}`, String(number), filter.channel === channel, pick({channel})))),
      h('h2', {}, 'RSP sessions'), sessions.length === 0 ? h('p', {class: 'quiet'}, 'none yet') : h('ul', {}, sessions.map(sessionEntry))]);
  };
  const drawDiagram = () => {
    const session = shown ? store.sessions.get(shown) : null;
    if (!session) {
      delete body.dataset.drawn;
      if (body.firstChild !== splitView) put(body, splitView);
      return;
    }
    const drawn = `${session.number} ${session.rows.length} ${session.rows.filter((row) => row.response).length}`;
    if (drawn === body.dataset.drawn) return;
    const before = body.querySelector('.diagram .scroll');
    const top = before && body.dataset.drawn && body.dataset.drawn.split(' ')[0] === String(session.number) ? before.scrollTop : null;
    put(body, h('div', {class: 'diagram-place'}, diagram(session, (row) => choose(row, true))), splitView);
    body.dataset.drawn = drawn;
    const failed = body.querySelector('.step.failed');
    const scroller = body.querySelector('.diagram .scroll');
    if (top !== null) scroller.scrollTop = top;
    else if (failed) scroller.scrollTop = Math.max(0, failed.getBBox().y - scroller.clientHeight / 2);
  };
  const refresh = () => {
    const atEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 2 * ROW;
    rows = chosen(filter);
    const lost = store.lost ? `, ${store.lost} lost` : '';
    count.textContent = `${rows.length} of ${store.rows.length}${lost}${store.online ? '' : ' · not connected'}`;
    drawRail();
    drawDiagram();
    draw();
    if (wanted && store.byNumber.has(wanted)) {
      const row = store.byNumber.get(wanted);
      wanted = 0;
      follows = false;
      choose(row, true);
      list.scrollTop = Math.max(0, rows.indexOf(row) * ROW - list.clientHeight / 3);
    } else if (follows && atEnd) {
      list.scrollTop = list.scrollHeight;
    }
  };
  const move = (by) => {
    const at = rows.indexOf(selected);
    follows = false;
    choose(rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))], true);
  };
  list.addEventListener('scroll', () => {
    follows = list.scrollTop + list.clientHeight > list.scrollHeight - 2 * ROW;
    draw();
  });
  const keys = {ArrowDown: () => move(1), ArrowUp: () => move(-1), j: () => move(1), k: () => move(-1), PageDown: () => move(20), PageUp: () => move(-20),
    Home: () => move(-rows.length), End: () => move(rows.length)};
  list.addEventListener('keydown', (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  const onKey = (event) => {
    if (event.target.matches('input, textarea, select, button, a') || event.key !== ' ') return;
    event.preventDefault();
    pause.click();
  };
  document.addEventListener('keydown', onKey);
  const listener = () => { if (!paused) refresh(); };
  store.listeners.add(listener);
  const watcher = new ResizeObserver(draw);
  watcher.observe(list);
  put(side, detail(null));
  refresh();
  const timer = setInterval(async () => {
    try {
      const feed = await get('/api/feed');
      store.lost = feed.lost;
    } catch { /* the count says that nobody is there */ }
  }, 3000);
  return () => {
    store.listeners.delete(listener);
    document.removeEventListener('keydown', onKey);
    watcher.disconnect();
    clearInterval(timer);
  };
}
