// files: a profile's files as a tree, and one of them in full.
import {get, place as addressOf} from './api.js';
import {bytes, copyButton, dump, h, put} from './dom.js';

function content(file) {
  if (file.records) return file.records.map((record, place) => h('div', {class: 'record'},
    h('h4', {}, `Record ${place + 1}`, /^F*$/.test(record) ? h('span', {class: 'quiet'}, ' empty') : null), h('pre', {class: 'hex'}, dump(record))));
  return file.content ? h('pre', {class: 'hex'}, dump(file.content)) : file.content === '' ? h('p', {class: 'quiet'}, 'empty') : null;
}

function detail(file, path) {
  if (!file) return h('p', {class: 'empty'}, 'Choose a file.');
  return [h('header', {class: 'detail-head'}, h('h2', {}, file.name || file.type, ' ', h('code', {}, file.fid)),
    h('p', {class: 'quiet'}, path, file.aid ? [' · AID ', h('code', {}, file.aid), ' ', copyButton(file.aid)] : null)),
  h('ul', {class: 'words'}, file.words.map((word) => h('li', {}, word))),
  file.decoded && file.decoded.length ? h('section', {class: 'half'}, h('h3', {}, 'In words'), h('dl', {class: 'pairs'}, file.decoded.map((one) =>
    [h('dt', {}, one.label), h('dd', {}, one.value)]))) : null,
  h('section', {class: 'half'}, h('h3', {}, 'Access'),
    file.readable === undefined ? null : h('p', {}, h('span', {class: `badge ${file.readable ? 'good' : 'warn'}`}, file.readable ? 'readable now' : 'not readable now')),
    file.rules.length === 0 ? h('p', {class: 'quiet'}, 'No rule is found: nobody may do anything.')
      : h('table', {}, h('tbody', {}, file.rules.map((rule) => h('tr', {}, h('th', {scope: 'row'}, rule.mode), h('td', {}, rule.needs === 'nothing' ? 'always' : rule.needs)))))),
  file.records || file.content !== undefined ? h('section', {class: 'half'}, h('h3', {}, 'Content'), content(file)) : null,
  h('section', {class: 'half'}, h('h3', {}, 'What SELECT answers'), h('pre', {class: 'hex'}, dump(file.fcp)))];
}

function grow(files) {
  const nodes = new Map(files.map((file) => [file.id, {file, children: []}]));
  const roots = [];
  for (const node of nodes.values()) (node.file.parent ? nodes.get(node.file.parent).children : roots).push(node);
  return {nodes, roots};
}

export function open(place, rest) {
  let stopped = false, nodes = new Map(), current = null;
  const closed = new Set();
  const tree = h('ul', {class: 'tree', role: 'tree', 'aria-label': 'Files'});
  const side = h('article', {class: 'detail', 'aria-live': 'polite'});
  const which = h('select', {id: 'which', 'aria-label': 'Profile', onchange: () => load(which.value)});
  const box = h('input', {type: 'search', id: 'filter', placeholder: 'Find a file', 'aria-label': 'Find a file', oninput: () => draw()});
  put(place, h('div', {class: 'files'}, h('div', {class: 'tree-side'}, h('div', {class: 'bar-tools'}, which, box), tree), side));
  const pathOf = (node) => {
    const names = [];
    for (let at = node; at; at = nodes.get(at.file.parent)) names.unshift(at.file.name || at.file.fid);
    return names.join(' / ');
  };
  const choose = (node, focus) => {
    current = node;
    put(side, detail(node && node.file, node ? pathOf(node) : ''));
    if (node) history.replaceState(null, '', addressOf('files', which.value, node.file.id));
    draw(focus);
  };
  const matches = (node, word) => !word || `${node.file.name} ${node.file.fid} ${JSON.stringify(node.file.decoded || '')}`.toLowerCase().includes(word) ||
    node.children.some((child) => matches(child, word));
  const item = (node, level, word) => {
    if (!matches(node, word)) return null;
    const {file} = node;
    const folder = node.children.length > 0;
    const isOpen = folder && (!closed.has(file.id) || Boolean(word));
    return h('li', {role: 'treeitem', 'aria-level': level, 'aria-expanded': folder ? String(isOpen) : null, 'aria-selected': String(node === current),
      tabindex: node === current ? '0' : '-1', 'data-id': file.id, onclick: (event) => {
        event.stopPropagation();
        if (folder && event.target.closest('.twist')) toggle(node);
        else choose(node, true);
      }},
    h('span', {class: 'row'}, h('span', {class: 'twist', 'aria-hidden': 'true'}, folder ? (isOpen ? '▾' : '▸') : ''),
      h('span', {class: `name ${file.readable === false ? 'locked' : ''}`}, file.name || file.type), h('code', {}, file.fid),
      file.size !== undefined ? h('span', {class: 'number'}, bytes(file.size)) : null),
    isOpen ? h('ul', {role: 'group'}, node.children.map((child) => item(child, level + 1, word))) : null);
  };
  let roots = [];
  const draw = (focus) => {
    put(tree, roots.map((root) => item(root, 1, box.value.toLowerCase().trim())));
    if (focus && current) {
      const element = tree.querySelector(`[data-id="${current.file.id}"]`);
      if (element) element.focus({preventScroll: true});
    }
  };
  const toggle = (node) => {
    if (closed.has(node.file.id)) closed.delete(node.file.id);
    else closed.add(node.file.id);
    draw(true);
  };
  const visible = () => [...tree.querySelectorAll('[role=treeitem]')].map((element) => nodes.get(Number(element.dataset.id)));
  const go = (by) => {
    const list = visible();
    const next = list[Math.max(0, Math.min(list.length - 1, list.indexOf(current) + by))];
    if (next) choose(next, true);
    const element = next && tree.querySelector(`[data-id="${next.file.id}"]`);
    if (element) element.firstElementChild.scrollIntoView({block: 'nearest'});
  };
  const keys = {ArrowDown: () => go(1), ArrowUp: () => go(-1), Home: () => go(-1e6), End: () => go(1e6),
    ArrowRight: () => { if (current && closed.has(current.file.id)) toggle(current); else go(1); },
    ArrowLeft: () => {
      if (current && current.children.length && !closed.has(current.file.id)) toggle(current);
      else if (current && current.file.parent) choose(nodes.get(current.file.parent), true);
    },
    Enter: () => { if (current && current.children.length) toggle(current); }};
  tree.addEventListener('keydown', (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  const load = async (iccid, id) => {
    try {
      const said = await get('/api/files', {iccid});
      if (stopped) return;
      ({nodes, roots} = grow(said.files));
      choose(nodes.get(Number(id)) || roots[0] || null);
    } catch (error) {
      put(side, h('p', {class: 'empty', role: 'alert'}, error.message));
    }
  };
  const start = async () => {
    try {
      const {stored} = await get('/api/chip');
      const profiles = stored.profiles || [];
      put(which, profiles.map((one) => h('option', {value: one.iccid}, `${one.nickname || one.name || one.iccid}${one.state === 'enabled' ? ' (enabled)' : ''}`)));
      const first = profiles.find((one) => one.iccid === rest[0]) || profiles.find((one) => one.state === 'enabled') || profiles[0];
      if (!first) {
        put(side, h('p', {class: 'empty'}, 'There is no profile on this chip.'));
        return;
      }
      which.value = first.iccid;
      await load(first.iccid, rest[1]);
    } catch (error) {
      put(side, h('p', {class: 'empty', role: 'alert'}, error.message));
    }
  };
  start();
  return () => { stopped = true; };
}
