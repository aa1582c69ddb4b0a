// diagram: an RSP session as a sequence between server, LPA and chip. What passes between LPA and
// server is not seen here: those arrows follow from what the chip is asked next, and are dashed.
import {duration, h, s} from './dom.js';

const STEP = 30, TOP = 52, SERVER = 120, LPA = 400, CHIP = 680, WIDTH = 800;

// What an LPA asks its server before it can call this function (SGP.22 §3.1.3), and hears.
const BEFORE = {
  AuthenticateServer: ['InitiateAuthentication', 'serverSigned1, certificate'],
  PrepareDownload: ['AuthenticateClient', 'profile metadata, smdpSigned2'],
  LoadBoundProfilePackage: ['GetBoundProfilePackage', 'bound profile package'],
};

function steps(session) {
  const list = [];
  let load = null, last = null, answered = null;
  for (const row of session.rows) {
    const name = row.command.function;
    if (row.kind === 'power') list.push({note: `power ${row.command.power}`, row, failed: true});
    if (row.kind === 'note') list.push({note: row.command.text, row});
    if (row.kind === 'exchange' && !name && row.response && row.response.function && answered) {
      answered.end = row.response;
      answered.failed = answered.failed || row.failed;
      answered.last = row;
      last = {us: row.response.us};
      continue;
    }
    const broken = row.kind === 'exchange' && row.failed && !name;
    if (row.kind !== 'exchange' || (!name && !broken)) continue;
    const wait = last && row.command.us && last.us ? row.command.us - last.us : 0;
    if (name === 'LoadBoundProfilePackage' && load) {
      load.count += 1;
      load.end = row.response;
      load.failed = load.failed || row.failed;
      load.last = row;
      answered = load;
    } else {
      if (BEFORE[name]) {
        list.push({from: LPA, to: SERVER, label: BEFORE[name][0], guessed: true, row});
        list.push({from: SERVER, to: LPA, label: BEFORE[name][1], guessed: true, time: wait, row});
      }
      const step = {from: LPA, to: CHIP, label: name || row.command.instruction, row, count: 1, start: row.command.us, end: row.response, failed: row.failed, last: row};
      list.push(step);
      answered = step;
      load = name === 'LoadBoundProfilePackage' ? step : null;
    }
    last = {us: row.response ? row.response.us : row.command.us};
  }
  return list;
}

function arrows(list) {
  const drawn = [];
  for (const step of list) {
    drawn.push(step);
    if (step.to !== CHIP || !step.end) continue;
    const result = step.end.failure || (step.failed ? `${step.end.status} ${step.end.text}` : 'ok');
    drawn.push({from: CHIP, to: LPA, label: result, failed: step.failed, time: step.end.us && step.start ? step.end.us - step.start : 0, row: step.last, answer: true});
    const name = step.label;
    if (name === 'CancelSession') drawn.push({from: LPA, to: SERVER, label: 'CancelSession', guessed: true, row: step.last});
    if (name === 'LoadBoundProfilePackage' && step.end.elements) drawn.push({from: LPA, to: SERVER, label: 'HandleNotification', guessed: true, row: step.last});
  }
  return drawn;
}

function draw(step, place, choose) {
  const y = TOP + place * STEP;
  const label = step.count > 1 ? `${step.label} (${step.count} segments)` : step.label;
  if (step.note) return s('g', {class: `step note ${step.failed ? 'failed' : ''}`}, s('text', {x: WIDTH - 6, y: y + 4, 'text-anchor': 'end'}, step.note.length > 96 ? `${step.note.slice(0, 95)}…` : step.note));
  const right = step.to > step.from;
  const tip = right ? -1 : 1;
  const act = () => choose(step.row);
  return s('g', {class: `step ${step.guessed ? 'guessed' : ''} ${step.failed ? 'failed' : ''}`, tabindex: '0', role: 'button', 'aria-label': `${label}${step.failed ? ', failed' : ''}`,
    onclick: act, onkeydown: (event) => { if (event.key === 'Enter') act(); }},
  s('rect', {class: 'touch', x: Math.min(step.from, step.to), y: y - STEP / 2 - 4, width: Math.abs(step.to - step.from), height: STEP}),
  s('path', {d: `M${step.from} ${y}H${step.to + 2 * tip}m${7 * tip} -4l${-7 * tip} 4l${7 * tip} 4`}),
  s('text', {x: (step.from + step.to) / 2, y: y - 6, 'text-anchor': 'middle'}, label.slice(0, 44)),
  step.time ? s('text', {class: 'time', x: step.answer ? CHIP + 10 : SERVER - 10, y: y + 4, 'text-anchor': step.answer ? 'start' : 'end'}, duration(step.time)) : null);
}

export function diagram(session, choose) {
  const list = arrows(steps(session));
  const height = TOP + list.length * STEP + 8;
  const actor = (x, name, more) => [s('line', {class: 'life', x1: x, y1: 34, x2: x, y2: height}),
    s('text', {class: 'actor', x, y: 16, 'text-anchor': 'middle'}, name), s('text', {class: 'actor-more', x, y: 30, 'text-anchor': 'middle'}, more || '')];
  return h('figure', {class: 'diagram'},
    h('figcaption', {}, `RSP session ${session.number}`, session.transaction ? h('span', {class: 'quiet'}, ' transaction ', h('code', {}, session.transaction)) : null,
      session.failed ? h('span', {class: 'failure'}, ` ${session.failed}`) : null,
      h('span', {class: 'quiet'}, ' Dashed: not seen by the chip; it follows from what the chip is asked.')),
    h('div', {class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `Sequence of session ${session.number}`},
      s('svg', {viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, class: 'sequence'},
        actor(SERVER, 'Server', session.server), actor(LPA, 'LPA'), actor(CHIP, 'Chip'), list.map((step, place) => draw(step, place, choose)))));
}
