// chip: who the chip is, what it can, and what is on it.
import {get, act as perform, place as addressOf} from './api.js';
import {bytes, grouped, h, put, renew, s} from './dom.js';

const ROLES = {ci: 'GSMA CI', eum: 'EUM', euicc: 'eUICC', other: 'sub-CA'};

const pair = (name, value) => value === null || value === undefined || value === '' ? null
  : [h('dt', {}, name), h('dd', {}, value)];

const words = (value) => Array.isArray(value) ? value.join(', ') : typeof value === 'object' && value !== null
  ? Object.entries(value).map(([key, one]) => `${key} ${words(one)}`).join(', ') : String(value);

function identity(chip) {
  const {status, info = {}, addresses = {}} = chip;
  return h('section', {class: 'card', 'aria-labelledby': 'identity'},
    h('h2', {id: 'identity'}, 'Identity'),
    h('dl', {class: 'pairs'},
      pair('EID', h('code', {}, grouped(status.eid))),
      pair('ATR', h('code', {class: 'wrap'}, grouped(status.atr, 2))),
      pair('ISD-R', status['isd-r'] ? h('code', {class: 'wrap'}, status['isd-r']) : 'as SGP.22 has it'),
      pair('default SM-DP+', addresses.defaultSmdp || 'none'),
      pair('root SM-DS', addresses.rootSmds || 'none'),
      pair('in its reader', status.place === 'in' ? (status.seen ? 'yes, powered' : 'yes, not powered yet') : 'no, ejected'),
      pair('answers', status.timing === 'real' ? 'as slowly as a card' : 'at once'),
      pair('SAS accreditation', info.sasAccreditation)));
}

// "globalPlatformVersion" as people write it.
const NAMES = {svn: 'SGP.22', profileVersion: 'profile package', firmware: 'firmware', globalPlatformVersion: 'GlobalPlatform', ts102241Version: 'TS 102 241',
  protectionProfileVersion: 'protection profile', category: 'category', freeNonVolatile: 'free, non-volatile', freeVolatile: 'free, volatile',
  uiccCapability: 'UICC', rspCapability: 'remote provisioning', forbiddenProfilePolicyRules: 'forbidden rules', additionalInfo: 'additional'};
const named = (key) => NAMES[key] || key.replace(/([a-z])([A-Z])/g, (all, one, other) => `${one} ${other.toLowerCase()}`);

function versions(info) {
  const lists = Object.entries(info).filter(([key, value]) => Array.isArray(value) && !/^ci/.test(key) && value.every((one) => typeof one === 'string'));
  const rest = Object.entries(info).filter(([key, value]) => !Array.isArray(value) && key !== 'memory' && key !== 'sasAccreditation' && value !== '');
  return h('section', {class: 'card', 'aria-labelledby': 'versions'},
    h('h2', {id: 'versions'}, 'Versions and capabilities'),
    h('dl', {class: 'pairs'}, rest.map(([key, value]) => pair(named(key), words(value)))),
    lists.filter(([, list]) => list.length > 0).map(([key, list]) => h('div', {class: 'capabilities'}, h('h3', {}, named(key)),
      h('ul', {class: 'chips'}, list.map((one) => h('li', {}, one))))));
}

// A number by that name, wherever it stands in what the chip says of itself.
function find(object, name) {
  for (const [key, value] of Object.entries(object || {})) {
    if (key === name && typeof value === 'number') return value;
    if (value && typeof value === 'object') {
      const found = find(value, name);
      if (found !== null) return found;
    }
  }
  return null;
}

function memory(chip) {
  const profiles = chip.stored && chip.stored.profiles || [];
  const free = find(chip.info, 'freeNonVolatile');
  const used = profiles.reduce((sum, one) => sum + one.size, 0);
  const whole = used + (free || 0) || 1;
  const named = (one) => one.nickname || one.name || one.iccid;
  let at = 0;
  const parts = profiles.map((one, place) => {
    const part = s('rect', {x: 1000 * at / whole, y: 0, height: 20, class: `part part-${place % 6}`,
      width: Math.max(1000 * one.size / whole, 1.5)}, s('title', {}, `${named(one)}: ${bytes(one.size)}`));
    at += one.size;
    return part;
  });
  return h('section', {class: 'card', 'aria-labelledby': 'memory'},
    h('h2', {id: 'memory'}, 'Memory'),
    s('svg', {class: 'bar', viewBox: '0 0 1000 20', preserveAspectRatio: 'none', role: 'img',
      'aria-label': `${bytes(used)} used by ${profiles.length} profiles, ${free === null ? 'unknown' : bytes(free)} free`},
    s('rect', {x: 0, y: 0, width: 1000, height: 20, class: 'free'}), parts),
    h('ul', {class: 'legend'},
      profiles.map((one, place) => h('li', {}, h('i', {class: `swatch part-${place % 6}`, 'aria-hidden': 'true'}),
        named(one), h('span', {class: 'number'}, bytes(one.size)))),
      h('li', {}, h('i', {class: 'swatch free', 'aria-hidden': 'true'}), 'free', h('span', {class: 'number'},
        free === null ? 'not told' : bytes(free)))));
}

function icon(profile) {
  if (!profile.icon) return h('span', {class: 'icon', 'aria-hidden': 'true'}, (profile.name || profile.provider || '?').slice(0, 1));
  const raw = String.fromCharCode(...profile.icon.match(/../g).map((byte) => parseInt(byte, 16)));
  return h('img', {class: 'icon', alt: '', src: `data:${profile.iconType};base64,${btoa(raw)}`});
}

// again: draws the view anew; null: nothing can be done, as the chip does not run.
function card(profile, stored, again) {
  const kept = stored.find((one) => one.iccid === profile.iccid) || {};
  const enabled = (profile.state || kept.state) === 'enabled';
  const act = (name, sure) => async () => {
    if (sure && !window.confirm(sure)) return;
    await perform(name, profile.iccid);
    again();
  };
  const name = profile.nickname || profile.name || profile.iccid;
  return h('li', {class: `profile ${enabled ? 'enabled' : ''}`},
    icon(profile),
    h('div', {class: 'profile-text'},
      h('h3', {}, name),
      h('p', {class: 'quiet'}, [profile.provider, profile.nickname ? profile.name : null].filter(Boolean).join(' · ')),
      h('p', {}, h('code', {}, profile.iccid)),
      h('p', {class: 'badges'},
        h('span', {class: `badge ${enabled ? 'good' : ''}`}, enabled ? 'enabled' : 'disabled'),
        h('span', {class: 'badge'}, profile.class || kept.class || 'operational'),
        (profile.policyRules || []).map((rule) => h('span', {class: 'badge warn'}, rule)),
        kept.size ? h('span', {class: 'badge'}, bytes(kept.size)) : null,
        kept.files ? h('span', {class: 'badge'}, `${kept.files} files`) : null)),
    h('div', {class: 'actions'},
      !again ? null : enabled ? h('button', {type: 'button', id: `disable-${profile.iccid}`, onclick: act('disable'), 'aria-label': `Disable ${name}`}, 'Disable')
        : h('button', {type: 'button', id: `enable-${profile.iccid}`, onclick: act('enable'), 'aria-label': `Enable ${name}`}, 'Enable'),
      h('a', {class: 'button', id: `files-${profile.iccid}`, href: addressOf('files', profile.iccid)}, 'Files'),
      again && h('button', {type: 'button', class: 'danger', id: `delete-${profile.iccid}`, disabled: enabled, 'aria-label': `Delete ${name}`,
        onclick: act('delete', `Delete ${name} (${profile.iccid})?`)}, 'Delete')));
}

function profiles(chip, again) {
  const list = chip.profiles || chip.stored && chip.stored.profiles || [];
  return h('section', {class: 'card wide', 'aria-labelledby': 'profiles'},
    h('h2', {id: 'profiles'}, 'Profiles', h('span', {class: 'count'}, String(list.length))),
    list.length === 0 ? h('p', {class: 'quiet'}, 'None yet. emuicc-lpa download brings one.')
      : h('ul', {class: 'profiles'}, list.map((one) => card(one, chip.stored.profiles || [], again))));
}

// One chain: from the CI down; who has issued whom follows from the key identifiers.
function chain(list) {
  const width = 196, gap = 36, height = 92;
  const order = list.slice().sort((one, other) => ['ci', 'other', 'eum', 'euicc'].indexOf(one.role) - ['ci', 'other', 'eum', 'euicc'].indexOf(other.role));
  const box = (one, place) => {
    const x = place * (width + gap);
    const bad = one.checked !== 'good' || !one.valid;
    return s('g', {class: `certificate ${bad ? 'bad' : ''}`},
      place > 0 ? s('path', {class: 'arrow', d: `M${x - gap + 2} 46H${x - 5}m-6 -4l6 4l-6 4`}) : null,
      s('rect', {x, y: 1, width, height: height - 2, rx: 6}),
      s('text', {x: x + 12, y: 22, class: 'role'}, ROLES[one.role]),
      s('text', {x: x + width - 12, y: 22, class: 'curve'}, one.curve || ''),
      s('text', {x: x + 12, y: 42, class: 'subject'}, (one.subject || one.organization || '').slice(0, 27)),
      s('text', {x: x + 12, y: 60, class: 'date'}, `${one.notBefore} – ${one.notAfter}`),
      s('text', {x: x + 12, y: 78, class: 'verdict'}, one.valid ? (one.checked === 'good' ? 'signature good, in its time' : one.checked) : 'out of its time'),
      s('title', {}, `${ROLES[one.role]}: ${one.subject || ''}\nserial ${one.serial}\nkey ${one.keyId}\nissuer's key ${one.issuerKeyId || 'its own'}`));
  };
  const total = order.length * (width + gap) - gap;
  return h('div', {class: 'scroll'}, s('svg', {class: 'chain', width: total + 2, height, viewBox: `-1 0 ${total + 2} ${height}`, role: 'img',
    'aria-label': order.map((one) => `${ROLES[one.role]} ${one.subject || ''}, ${one.notBefore} to ${one.notAfter}, ${one.checked}`).join('; then ')},
  order.map(box)));
}

function certificates(chip) {
  const chains = new Map();
  for (const one of chip.certificates || []) chains.set(one.ci, [...chains.get(one.ci) || [], one]);
  return h('section', {class: 'card wide', 'aria-labelledby': 'certificates'},
    h('h2', {id: 'certificates'}, 'Certificates'),
    [...chains].map(([key, list]) => h('div', {class: 'one-chain'},
      h('p', {class: 'quiet'}, 'CI key ', h('code', {}, grouped(key)), ' · ',
        [list[0].verifies ? 'verifies servers' : null, list[0].signs ? 'signs' : null, list[0]['signs v3'] ? 'signs for v3' : null].filter(Boolean).join(', ')),
      chain(list))));
}

function table(title, id, head, rows, none) {
  return h('section', {class: 'card', 'aria-labelledby': id},
    h('h2', {id}, title, h('span', {class: 'count'}, String(rows.length))),
    rows.length === 0 ? h('p', {class: 'quiet'}, none)
      : h('div', {class: 'scroll'}, h('table', {}, h('thead', {}, h('tr', {}, head.map((one) => h('th', {scope: 'col'}, one)))),
        h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell) => h('td', {}, cell))))))));
}

const notifications = (chip) => table('Notifications', 'notifications', ['number', 'event', 'ICCID', 'for'],
  (chip.notifications || []).map((one) => [String(one.number ?? ''), one.event || '', h('code', {}, one.iccid || ''), one.address || '']), 'None is pending.');

const rules = (chip) => table('Who may bring policy rules', 'rules', ['rules', 'operators', ''],
  (chip.rules || []).map((one) => [words(one.policyRules || []), (one.operators || []).map((operator) =>
    [operator.mccMnc === '******' ? 'any' : operator.mccMnc, operator.gid1, operator.gid2].filter(Boolean).join(' ')).join(', '), words(one.flags || [])]), 'Nobody.');

function eims(chip) {
  const list = chip.iot && chip.iot.eims;
  if (!list || list.length === 0) return null;
  return table('eIMs', 'eims', ['id', 'FQDN', 'counter', 'token'], list.map((one) => [one.id, one.fqdn || '', String(one.counter ?? ''), String(one.token ?? '')]), '');
}

const atRest = (draw) => h('section', {class: 'card wide', 'aria-labelledby': 'rest'},
  h('h2', {id: 'rest'}, 'At rest'),
  h('p', {class: 'quiet'}, 'No card runs on this state; this is what its store holds. emuicc --state starts it. ',
    h('button', {type: 'button', onclick: draw}, 'Look again')));

const views = (chip, draw) => chip.rest ? [atRest(draw), memory(chip), profiles(chip, null), eims(chip)]
  : [identity(chip), memory(chip), profiles(chip, draw), versions(chip.info || {}),
    h('div', {class: 'stack'}, notifications(chip), eims(chip), rules(chip)), certificates(chip)];

export function open(place) {
  let stopped = false;
  const draw = async () => {
    try {
      const chip = await get('/api/chip');
      if (stopped) return;
      renew(place, JSON.stringify(chip), () => h('div', {class: 'grid'}, views(chip, draw)));
    } catch (error) {
      if (stopped) return;
      delete place.dataset.facts;
      put(place, h('p', {class: 'empty', role: 'alert'}, error.message,
        h('button', {type: 'button', onclick: draw}, 'Try again')));
    }
  };
  delete place.dataset.facts;
  draw();
  let last = '';
  const timer = setInterval(async () => {
    try {
      const seen = JSON.stringify(await get('/api/feed'));
      if (last && seen !== last && !document.hidden) draw();
      last = seen;
    } catch { /* said when it is drawn */ }
  }, 2000);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
