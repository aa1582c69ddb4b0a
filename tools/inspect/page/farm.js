// farm: all chips at a glance, one cell each.
import {get} from './api.js';
import {grouped, h, put} from './dom.js';

const IN_MEMORY = 1, IN_USE = 2, EJECTED = 4;

const LAYERS = {
  state: {name: 'State', color: (chip) => chip.flags & EJECTED ? 'ejected' : chip.flags & IN_USE ? 'use' : chip.flags & IN_MEMORY ? 'memory' : 'rest',
    legend: [['rest', 'on disk'], ['memory', 'in memory'], ['use', 'in use'], ['ejected', 'ejected']]},
  traffic: {name: 'Traffic', color: (chip) => chip.rate === 0 ? 'heat0' : chip.rate < 10 ? 'heat1' : chip.rate < 100 ? 'heat2' : 'heat3',
    legend: [['heat0', 'none'], ['heat1', 'under 10 commands a second'], ['heat2', 'under 100'], ['heat3', '100 and more']]},
  faults: {name: 'Faults', color: (chip) => chip.faults === 0 ? 'rest' : 'fault', legend: [['rest', 'none'], ['fault', 'set']]},
};

export function open(place, rest, enter) {
  let chips = [], layer = 'state', cursor = -1, columns = 1, cell = 8, stopped = false, before = new Map(), when = 0;
  const canvas = h('canvas', {class: 'map', id: 'farm-map', tabindex: '0', role: 'application', 'aria-label': 'Chips of the farm; arrow keys move, Enter opens one', 'aria-describedby': 'farm-said'});
  const said = h('p', {id: 'farm-said', role: 'status', 'aria-live': 'polite', class: 'farm-said'});
  const legend = h('ul', {class: 'legend'});
  const total = h('span', {class: 'quiet'});
  const holder = h('div', {class: 'map-place'}, canvas);
  const choices = Object.entries(LAYERS).map(([key, value]) => h('button', {type: 'button', 'aria-pressed': String(key === layer), 'data-layer': key, onclick: () => {
    layer = key;
    for (const one of choices) one.setAttribute('aria-pressed', String(one.dataset.layer === layer));
    draw();
  }}, value.name));
  const box = h('input', {type: 'search', id: 'filter', placeholder: 'EID, or its last digits', 'aria-label': 'Find a chip', oninput: () => {
    const digits = box.value.replace(/\s/g, '');
    const at = digits ? chips.findIndex((chip) => chip.eid.endsWith(digits) || chip.eid.startsWith(digits)) : -1;
    if (at >= 0) choose(at);
  }, onkeydown: (event) => { if (event.key === 'Enter' && cursor >= 0) enter(chips[cursor].eid); }});
  put(place, h('div', {class: 'farm'}, h('div', {class: 'bar-tools', role: 'toolbar', 'aria-label': 'Farm'}, h('div', {class: 'choice', role: 'group', 'aria-label': 'Colour by'}, choices), box, total), holder, said, legend));
  const colors = () => {
    const style = getComputedStyle(canvas);
    const names = ['rest', 'memory', 'use', 'ejected', 'fault', 'heat0', 'heat1', 'heat2', 'heat3', 'cursor'];
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--map-${name}`).trim()]));
  };
  const layout = () => {
    const width = holder.clientWidth, height = Math.max(holder.clientHeight, 120);
    cell = Math.max(4, Math.min(40, Math.floor(Math.sqrt(width * height / Math.max(chips.length, 1)))));
    columns = Math.max(1, Math.min(chips.length, Math.floor(width / cell)));
    const lines = Math.ceil(chips.length / columns);
    const scale = window.devicePixelRatio || 1;
    canvas.width = columns * cell * scale;
    canvas.height = Math.max(lines * cell, 1) * scale;
    canvas.style.width = `${columns * cell}px`;
    canvas.style.height = `${lines * cell}px`;
    return scale;
  };
  const draw = () => {
    const start = performance.now();
    const scale = layout();
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    const named = colors();
    const gap = cell > 6 ? 1 : 0.5;
    const {color} = LAYERS[layer];
    const groups = new Map();
    chips.forEach((chip, at) => {
      const key = color(chip);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(at);
    });
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    for (const [key, list] of groups) {
      pen.fillStyle = named[key];
      for (const at of list) pen.fillRect((at % columns) * cell, Math.floor(at / columns) * cell, cell - gap, cell - gap);
    }
    if (cursor >= 0) {
      pen.strokeStyle = named.cursor;
      pen.lineWidth = 2;
      pen.strokeRect((cursor % columns) * cell - 1, Math.floor(cursor / columns) * cell - 1, cell + 1, cell + 1);
    }
    pen.getImageData(0, 0, 1, 1); // all of it is painted
    performance.measure('farm draw', {start, end: performance.now(), detail: {chips: chips.length}});
    put(legend, LAYERS[layer].legend.map(([key, name]) => h('li', {}, h('i', {class: `swatch map-${key}`, 'aria-hidden': 'true'}), name,
      h('span', {class: 'number'}, String((groups.get(key) || []).length)))));
  };
  const describe = (at) => {
    const chip = chips[at];
    if (!chip) return '';
    const state = chip.flags & EJECTED ? 'ejected' : chip.flags & IN_USE ? 'in use' : chip.flags & IN_MEMORY ? 'in memory' : 'on disk';
    return `${grouped(chip.eid)} · ${state} · ${chip.commands} commands · ${chip.faults} faults`;
  };
  const choose = (at) => {
    cursor = Math.max(0, Math.min(chips.length - 1, at));
    said.textContent = describe(cursor);
    draw();
  };
  const under = (event) => {
    const at = Math.floor(event.offsetY / cell) * columns + Math.floor(event.offsetX / cell);
    return event.offsetX < columns * cell && at < chips.length ? at : -1;
  };
  canvas.addEventListener('mousemove', (event) => {
    const at = under(event);
    if (at >= 0) said.textContent = describe(at);
  });
  canvas.addEventListener('click', (event) => {
    const at = under(event);
    if (at >= 0) enter(chips[at].eid);
  });
  canvas.addEventListener('keydown', (event) => {
    const moves = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -1e9, End: 1e9};
    if (event.key === 'Enter' && cursor >= 0) enter(chips[cursor].eid);
    if (!(event.key in moves)) return;
    event.preventDefault();
    choose(cursor + moves[event.key]);
  });
  const load = async () => {
    try {
      const answer = await get('/api/farm');
      if (stopped) return;
      const now = performance.now();
      const seconds = when ? (now - when) / 1000 : 1;
      chips = answer.chips.map(([eid, commands, flags, faults]) => ({eid, commands, flags, faults,
        rate: before.has(eid) ? Math.max(0, commands - before.get(eid)) / seconds : 0}));
      before = new Map(chips.map((chip) => [chip.eid, chip.commands]));
      when = now;
      total.textContent = `${answer.count.toLocaleString('en')} chips on ${answer.listen}`;
      draw();
      canvas.dataset.drawn = String(chips.length);
    } catch (error) {
      if (!stopped) said.textContent = error.message;
    }
    if (!stopped) timer = setTimeout(load, document.hidden ? 5000 : 1000);
  };
  let timer = 0;
  const watcher = new ResizeObserver(() => draw());
  watcher.observe(holder);
  load();
  return () => {
    stopped = true;
    clearTimeout(timer);
    watcher.disconnect();
  };
}
